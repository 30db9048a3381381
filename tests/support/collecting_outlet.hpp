// A transport for one message that collects the output.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io_fixture.hpp"
#include "wire/outlet.hpp"

namespace toolrack::test {

class collecting_outlet final : public wire::outlet {
public:
    // Without `headers` the message is from a pipe.
    collecting_outlet(io_fixture& io, std::optional<wire::mirrored> headers) : io_(io), headers_(headers) {}
    collecting_outlet(io_fixture& io, std::optional<wire::mirrored> headers, std::optional<std::string> session)
        : io_(io), headers_(headers), session_(std::move(session)) {}

    const wire::mirrored* headers() const override { return headers_ ? &*headers_ : nullptr; }
    std::optional<std::string_view> session() const override { return session_; }
    executor get_executor() override { return io_.get_executor(); }
    bool takes_stream() const override { return reads_streams; }

    void notify(std::string json, std::string_view event = {}) override {
        if (is_over()) throw std::logic_error("a notification after the end");
        if (!reads_streams) return;
        notices.push_back(std::move(json));
        events.emplace_back(event);
        if (on_notice) on_notice();
    }
    void open_stream(std::string_view event = {}, std::chrono::milliseconds retry = {}) override {
        if (is_over()) throw std::logic_error("a stream that begins after its end");
        opening = {std::string(event), retry};
    }
    void close_stream() override {
        if (is_over()) return;  // as every transport does
        is_closed = true;
        if (on_end) on_end();
    }
    void finish(wire::reply reply) override {
        if (is_over()) throw std::logic_error("a second answer");
        answer = std::move(reply);
        if (on_end) on_end();
    }
    void on_closed(std::function<void()> handler) override { on_closed_ = std::move(handler); }

    // The client disconnects. True if a handler was registered.
    bool disconnect() {
        const auto handler = std::exchange(on_closed_, nullptr);
        if (handler) handler();
        return handler != nullptr;
    }
    bool has_close_handler() const { return on_closed_ != nullptr; }
    bool is_over() const { return answer || is_closed; }

    bool reads_streams = true;  // false: the client gets only the answer

    std::vector<std::string> notices;
    std::vector<std::string> events;  // the id of each
    struct beginning {
        std::string event;
        std::chrono::milliseconds retry{};
    };
    std::optional<beginning> opening;  // set if the stream was opened before the first notification
    std::optional<wire::reply> answer;
    bool is_closed = false;           // the stream was closed without an answer
    std::function<void()> on_notice;  // called for every notification
    std::function<void()> on_end;     // called after the answer or the end of the stream

private:
    io_fixture& io_;
    std::optional<wire::mirrored> headers_;
    std::optional<std::string> session_;
    std::function<void()> on_closed_;
};

}  // namespace toolrack::test
