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

#include "io_room.hpp"
#include "wire/outlet.hpp"

namespace toolrack::test {

class collecting_outlet final : public wire::outlet {
public:
    // Without `headers` the message came over a pipe.
    collecting_outlet(io_room& room,
                      std::optional<wire::mirrored> headers,
                      std::optional<std::string> session = std::nullopt)
        : room_(room), headers_(headers), session_(std::move(session)) {}

    const wire::mirrored* headers() const override { return headers_ ? &*headers_ : nullptr; }
    std::optional<std::string_view> session() const override { return session_; }
    executor get_executor() override { return room_.get_executor(); }
    bool takes_stream() const override { return true; }

    void notify(std::string json, std::string_view = {}) override {
        if (is_over()) throw std::logic_error("a notification after the end");
        notices.push_back(std::move(json));
        if (on_notice) on_notice();
    }
    void open_stream(std::string_view = {}, std::chrono::milliseconds = {}) override {
        if (is_over()) throw std::logic_error("a stream that begins after its end");
    }
    void close_stream() override {
        if (is_over()) throw std::logic_error("a second end");
        is_closed = true;
    }
    void finish(wire::reply reply) override {
        if (is_over()) throw std::logic_error("a second answer");
        answer = std::move(reply);
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

    std::vector<std::string> notices;
    std::optional<wire::reply> answer;
    bool is_closed = false;           // the stream was ended without an answer
    std::function<void()> on_notice;  // runs whenever a notification goes out

private:
    io_room& room_;
    std::optional<wire::mirrored> headers_;
    std::optional<std::string> session_;
    std::function<void()> left_;
};

}  // namespace toolrack::test
