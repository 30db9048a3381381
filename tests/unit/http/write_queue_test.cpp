#include "catch.hpp"
#include "http/write_queue.hpp"

using namespace toolrack;
using http::write_queue;
using http::send_priority;

namespace {

// Everything that would leave, at most `at_once` bytes per write.
std::string drained(write_queue& from, std::size_t at_once) {
    std::string text;
    while (!from.is_empty()) {
        std::string next;
        for (const auto& part : from.next())
            next.append(static_cast<const char*>(part.data()), part.size());
        next.resize(std::min(at_once, next.size()));
        text += next;
        from.sent(next.size());
    }
    return text;
}

}  // namespace

TEST_CASE("what is added leaves in order, however much leaves at once") {
    const auto at_once = GENERATE(1u, 2u, 5u, 1000u);
    write_queue out;
    out.add("xhello", send_priority::an_answer, 1);
    std::string expected = "hello";
    for (int i = 0; i < 40; ++i) {
        out.add(std::to_string(i), send_priority::a_notification);
        expected += std::to_string(i);
    }
    CHECK(drained(out, at_once) == expected);
}

TEST_CASE("the oldest notification that has not begun to leave is dropped first, an answer never") {
    write_queue out;
    out.add("[begun]", send_priority::a_notification);
    out.sent(1);
    out.add("[answer]", send_priority::an_answer);
    const std::string large(write_queue::most_bytes - 10, '.');
    out.add("[old]", send_priority::a_notification);
    out.add(large, send_priority::a_notification);
    out.add("[last]", send_priority::an_answer);
    const bool is_as_expected = drained(out, 1 << 20) == "begun][answer]" + large + "[last]";
    CHECK(is_as_expected);
}

TEST_CASE("progress is dropped before other notifications, even newer progress") {
    write_queue out;
    const std::string third(write_queue::most_bytes / 3, '.');
    out.add("[begun]", send_priority::an_answer);
    out.add("[news]", send_priority::a_notification);
    out.add("1" + third, send_priority::progress);
    out.add("[question]", send_priority::an_answer);
    out.add("2" + third, send_priority::progress);
    out.add(third, send_priority::a_notification);
    CHECK(drained(out, 1 << 20) == "[begun][news][question]2" + third + third);
}

TEST_CASE("without progress left, the oldest other notification goes") {
    write_queue out;
    out.add("[begun]", send_priority::an_answer);
    out.add("[progress]", send_priority::progress);
    out.add("[old]", send_priority::a_notification);
    out.add(std::string(write_queue::most_bytes, '.'), send_priority::a_notification);
    CHECK(drained(out, 1 << 20) == "[begun]" + std::string(write_queue::most_bytes, '.'));
}

TEST_CASE("a slow reader costs a bounded number of messages") {
    write_queue out;
    for (std::size_t i = 0; i < write_queue::most_messages + 5; ++i)
        out.add(std::to_string(i) + " ", send_priority::a_notification);
    const auto left = drained(out, 1 << 20);
    CHECK(left.starts_with("0 6 7 "));  // the first may be sealed already
    CHECK(left.ends_with("1004 "));
}
