#include "catch.hpp"
#include "http/write_queue.hpp"

using namespace toolrack;
using http::send_priority;
using http::write_queue;

namespace {

// All bytes in the queue, with at most `max_write` bytes per write.
std::string drained(write_queue& from, std::size_t max_write) {
    std::string text;
    while (!from.is_empty()) {
        std::string next;
        for (const auto& part : from.next()) next.append(static_cast<const char*>(part.data()), part.size());
        next.resize(std::min(max_write, next.size()));
        text += next;
        from.consume(next.size());
    }
    return text;
}

}  // namespace

TEST_CASE("messages are sent in order, whatever the size of a write") {
    const auto max_write = GENERATE(1u, 2u, 5u, 1000u);
    write_queue out;
    out.add("xhello", send_priority::response, 1);
    std::string expected = "hello";
    for (int i = 0; i < 40; ++i) {
        out.add(std::to_string(i), send_priority::notification);
        expected += std::to_string(i);
    }
    CHECK(drained(out, max_write) == expected);
}

TEST_CASE("the oldest unsent notification is dropped first, a response never") {
    write_queue out;
    out.add("[begun]", send_priority::notification);
    out.consume(1);
    out.add("[answer]", send_priority::response);
    const std::string large(write_queue::max_bytes - 10, '.');
    out.add("[old]", send_priority::notification);
    out.add(large, send_priority::notification);
    out.add("[last]", send_priority::response);
    const bool is_as_expected = drained(out, 1 << 20) == "begun][answer]" + large + "[last]";
    CHECK(is_as_expected);
}

TEST_CASE("progress is dropped before other notifications, even newer progress") {
    write_queue out;
    const std::string third(write_queue::max_bytes / 3, '.');
    out.add("[begun]", send_priority::response);
    out.add("[news]", send_priority::notification);
    out.add("1" + third, send_priority::progress);
    out.add("[question]", send_priority::response);
    out.add("2" + third, send_priority::progress);
    out.add(third, send_priority::notification);
    CHECK(drained(out, 1 << 20) == "[begun][news][question]2" + third + third);
}

TEST_CASE("without progress left, the oldest other notification is dropped") {
    write_queue out;
    out.add("[begun]", send_priority::response);
    out.add("[progress]", send_priority::progress);
    out.add("[old]", send_priority::notification);
    out.add(std::string(write_queue::max_bytes, '.'), send_priority::notification);
    CHECK(drained(out, 1 << 20) == "[begun]" + std::string(write_queue::max_bytes, '.'));
}

TEST_CASE("the queue of a slow reader is bounded") {
    write_queue out;
    for (std::size_t i = 0; i < write_queue::max_notifications + 5; ++i)
        out.add(std::to_string(i) + " ", send_priority::notification);
    const auto left = drained(out, 1 << 20);
    CHECK(left.starts_with("0 6 7 "));  // TLS may have encrypted the first one already
    CHECK(left.ends_with("1004 "));
}
