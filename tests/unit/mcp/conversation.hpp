// A conversation: a request that is still open, and its client, who hears what is said and may leave.
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

#include "office.hpp"

namespace toolrack::test {

class conversation {
public:
    // One message. Without headers it came over a pipe.
    conversation(office& at,
                 const std::string& body,
                 std::optional<wire::mirrored> headers,
                 const std::optional<std::string>& session,
                 const identity::principal& who,
                 bool reads_streams = true)
        : conversation(at, headers, session, who, reads_streams, asking(at, body, who)) {}

    // A legacy client's GET: what belongs to no request, or the rest after `last_event`.
    static conversation listening(office& at,
                                  const std::string& session,
                                  std::optional<std::string> last_event,
                                  const identity::principal& who) {
        const auto name =
            std::make_shared<const std::pair<std::string, std::optional<std::string>>>(session, last_event);
        return conversation(at, wire::mirrored{}, session, who, true, [&at, &who, name](wire::outlet& to) {
            return at.server().open_stream(name->first, name->second, who, to);
        });
    }

    // Ends it, if need be with its session.
    ~conversation() {
        leave();
        if (is_over_within(std::chrono::seconds(5))) return;
        if (session_) sessions_.end(*session_, who_);
        if (is_over_within(patience)) return;
        std::fputs("a conversation does not end\n", stderr);
        std::abort();  // nothing here can be destroyed
    }
    conversation(const conversation&) = delete;
    conversation& operator=(const conversation&) = delete;

    struct said {
        std::string json, event;
        json::value message() const { return json::value(json); }
        std::string method() const { return message().at("method").str(); }
        json::value params() const { return message().at("params"); }
    };

    // The next message that is no answer. Waits for it.
    said hears() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, patience, [this] { return !said_.empty() || is_over_; }))
            throw std::runtime_error("nothing was said");
        if (said_.empty()) throw std::runtime_error("it is over and nothing more was said");
        auto next = std::move(said_.front());
        said_.pop_front();
        return next;
    }

    // How it ended, and what was not heard yet: waits for that. Status 0: without an answer.
    heard ends() {
        if (!is_over_within(patience)) throw std::runtime_error("it does not end");
        if (thrown_) std::rethrow_exception(thrown_);
        heard all;
        for (auto& one : said_) all.notices.push_back(std::move(one.json));
        said_.clear();
        if (!to_.answer) return all;
        all.status = to_.answer->status;
        all.json = to_.answer->json;
        all.session = to_.answer->session;
        return all;
    }

    // Waits until its connection was ended, with an answer or without; the request may go on.
    bool is_let_go() {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, [this] { return is_let_go_; });
    }

    // True when somebody wanted to know.
    bool leave() {
        return room_.call([this] { return to_.leave(); });
    }

    // Once it is let go or over.
    const collecting_outlet& outlet() const { return to_; }

private:
    using work = std::function<awaitable<void>(wire::outlet&)>;
    static constexpr auto patience = std::chrono::seconds(20);

    conversation(office& at,
                 std::optional<wire::mirrored> headers,
                 const std::optional<std::string>& session,
                 const identity::principal& who,
                 bool reads_streams,
                 work answering)
        : sessions_(at.sessions()), who_(who), session_(session), room_(at.room()),
          name_(headers && headers->name ? *headers->name : std::string_view()), to_(room_, kept(headers), session),
          work_(std::move(answering)) {
        to_.reads_streams = reads_streams;
        to_.on_notice = [this] {
            const std::lock_guard lock(mutex_);
            said_.push_back({to_.notices.back(), to_.events.back()});
            changed_.notify_all();
        };
        to_.on_end = [this] {
            const std::lock_guard lock(mutex_);
            is_let_go_ = true;
            changed_.notify_all();
        };
        room_.spawned([this] { return run(); });
    }

    // A header that may be gone before this is over.
    std::optional<wire::mirrored> kept(std::optional<wire::mirrored> headers) const {
        if (headers && headers->name) headers->name = name_;
        return headers;
    }

    static work asking(office& at, const std::string& body, const identity::principal& who) {
        const auto kept = std::make_shared<const std::string>(body);
        const auto message = wire::parse_message(*kept, {});
        REQUIRE(message.has_value());
        return [&at, &who, kept, message = *message](wire::outlet& to) { return at.server().answer(message, who, to); };
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
        is_over_ = true;
        changed_.notify_all();
    }

    bool is_over_within(std::chrono::seconds time) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, time, [this] { return is_over_; });
    }

    mcp::sessions& sessions_;
    const identity::principal& who_;
    const std::optional<std::string> session_;
    io_room& room_;
    const std::string name_;
    collecting_outlet to_;
    const work work_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<said> said_;
    bool is_let_go_ = false;
    bool is_over_ = false;
    std::exception_ptr thrown_;
};

}  // namespace toolrack::test
