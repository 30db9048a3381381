// A request whose answer is still open, and its client, which gets notifications and may disconnect.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "endpoint_fixture.hpp"

namespace toolrack::test {

class pending_request {
public:
    // Sends one message; without headers, as over a pipe.
    pending_request(endpoint_fixture& at,
                    const std::string& body,
                    std::optional<wire::mirrored> headers,
                    const std::optional<std::string>& session,
                    const identity::principal& who,
                    bool reads_streams = true)
        : pending_request(at, headers, session, who, reads_streams, answer_of(at, body, who)) {}

    // Sends a legacy GET: for the standalone stream, or the rest of a stream after `last_event`.
    static pending_request get(endpoint_fixture& at,
                               const std::string& session,
                               std::optional<std::string> last_event,
                               const identity::principal& who) {
        const auto name =
            std::make_shared<const std::pair<std::string, std::optional<std::string>>>(session, last_event);
        return pending_request(at, wire::mirrored{}, session, who, true, [&at, &who, name](wire::outlet& to) {
            return at.endpoint().open_stream(name->first, name->second, who, to);
        });
    }

    // Disconnects, and ends the session when that does not end the request.
    ~pending_request() {
        disconnect();
        if (has_ended_within(std::chrono::seconds(5))) return;
        if (session_) sessions_.end(*session_, who_);
        if (has_ended_within(patience)) return;
        std::fputs("a request does not end\n", stderr);
        std::abort();  // nothing can be destroyed while it runs
    }
    pending_request(const pending_request&) = delete;
    pending_request& operator=(const pending_request&) = delete;

    struct notification {
        std::string json, event;
        json::value message() const { return json::value(json); }
        std::string method() const { return message().at("method").str(); }
        json::value params() const { return message().at("params"); }
    };

    // Waits for the next message before the reply.
    notification next_notification() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, patience, [this] { return !notifications_.empty() || has_ended_; }))
            throw std::runtime_error("no notification");
        if (notifications_.empty()) throw std::runtime_error("the request ended without another notification");
        auto next = std::move(notifications_.front());
        notifications_.pop_front();
        return next;
    }

    // Waits for the end, and returns the reply and the remaining notifications.
    response wait_for_end() {
        if (!has_ended_within(patience)) throw std::runtime_error("the request does not end");
        if (thrown_) std::rethrow_exception(thrown_);
        response got;
        for (auto& one : notifications_) got.notices.push_back(std::move(one.json));
        notifications_.clear();
        if (!to_.answer) return got;
        got.status = to_.answer->status;
        got.json = to_.answer->json;
        got.session = to_.answer->session;
        return got;
    }

    // Waits until the connection is closed, with a reply or without; the request may still run.
    bool wait_for_close() {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, [this] { return is_closed_; });
    }

    // The client disconnects. True when the request had a callback for that.
    bool disconnect() {
        return io_.call([this] { return to_.disconnect(); });
    }

    // After wait_for_close() or wait_for_end().
    const collecting_outlet& outlet() const { return to_; }

private:
    using work = std::function<awaitable<void>(wire::outlet&)>;
    static constexpr auto patience = std::chrono::seconds(20);

    pending_request(endpoint_fixture& at,
                    std::optional<wire::mirrored> headers,
                    const std::optional<std::string>& session,
                    const identity::principal& who,
                    bool reads_streams,
                    work start)
        : sessions_(at.sessions()), who_(who), session_(session), io_(at.io()),
          name_(headers && headers->name ? *headers->name : std::string_view()), to_(io_, kept(headers), session),
          work_(std::move(start)) {
        to_.reads_streams = reads_streams;
        to_.on_notice = [this] {
            const std::lock_guard lock(mutex_);
            notifications_.push_back({to_.notices.back(), to_.events.back()});
            changed_.notify_all();
        };
        to_.on_end = [this] {
            const std::lock_guard lock(mutex_);
            is_closed_ = true;
            changed_.notify_all();
        };
        io_.spawned([this] { return run(); });
    }

    // The caller's header value may be destroyed before the request ends.
    std::optional<wire::mirrored> kept(std::optional<wire::mirrored> headers) const {
        if (headers && headers->name) headers->name = name_;
        return headers;
    }

    static work answer_of(endpoint_fixture& at, const std::string& body, const identity::principal& who) {
        const auto kept = std::make_shared<const std::string>(body);
        const auto message = wire::parse_message(*kept, {});
        REQUIRE(message.has_value());
        return
            [&at, &who, kept, message = *message](wire::outlet& to) { return at.endpoint().answer(message, who, to); };
    }

    awaitable<void> run() {
        std::exception_ptr thrown;
        try {
            co_await work_(to_);
        } catch (...) {
            thrown = std::current_exception();
        }
        const std::lock_guard lock(mutex_);
        thrown_ = thrown;
        has_ended_ = true;
        changed_.notify_all();
    }

    bool has_ended_within(std::chrono::seconds time) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, time, [this] { return has_ended_; });
    }

    mcp::sessions& sessions_;
    const identity::principal& who_;
    const std::optional<std::string> session_;
    io_fixture& io_;
    const std::string name_;
    collecting_outlet to_;
    const work work_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<notification> notifications_;
    bool is_closed_ = false;
    bool has_ended_ = false;
    std::exception_ptr thrown_;
};

}  // namespace toolrack::test
