// An outlet that keeps what goes out, for one message: a transport without a wire.
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
    // Without `headers` the message came over a pipe.
    collecting_outlet(io_fixture& room, std::optional<wire::mirrored> headers) : room_(room), headers_(headers) {}
    collecting_outlet(io_fixture& room, std::optional<wire::mirrored> headers, std::optional<std::string> session)
        : room_(room), headers_(headers), session_(std::move(session)) {}

    const wire::mirrored* headers() const override { return headers_ ? &*headers_ : nullptr; }
    std::optional<std::string_view> session() const override { return session_; }
    executor get_executor() override { return room_.get_executor(); }
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
    void on_closed(std::function<void()> left) override { left_ = std::move(left); }

    // The client goes away; true when somebody wanted to know.
    bool leave() {
        const auto left = std::exchange(left_, nullptr);
        if (left) left();
        return left != nullptr;
    }
    bool wants_to_know() const { return left_ != nullptr; }
    bool is_over() const { return answer || is_closed; }

    bool reads_streams = true;  // a client that does not gets its answer and nothing else

    std::vector<std::string> notices;
    std::vector<std::string> events;  // the id of each
    struct beginning {
        std::string event;
        std::chrono::milliseconds retry{};
    };
    std::optional<beginning> opening;  // when the stream was begun before there was anything to say
    std::optional<wire::reply> answer;
    bool is_closed = false;           // the stream was ended without an answer
    std::function<void()> on_notice;  // runs whenever a notification goes out
    std::function<void()> on_end;     // runs when the answer or the end of the stream has gone out

private:
    io_fixture& room_;
    std::optional<wire::mirrored> headers_;
    std::optional<std::string> session_;
    std::function<void()> left_;
};

}  // namespace toolrack::test
