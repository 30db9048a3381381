#include "catch.hpp"
#include "http/outbox.hpp"

using namespace toolrack;
using http::outbox;
using http::worth;

namespace {

// Everything that would leave, at most `at_once` bytes per write.
std::string drained(outbox& from, std::size_t at_once) {
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
    outbox out;
    out.add("xhello", worth::an_answer, 1);
    std::string expected = "hello";
    for (int i = 0; i < 40; ++i) {
        out.add(std::to_string(i), worth::a_notification);
        expected += std::to_string(i);
    }
    CHECK(drained(out, at_once) == expected);
}

TEST_CASE("the oldest notification that has not begun to leave is dropped first, an answer never") {
    outbox out;
    out.add("[begun]", worth::a_notification);
    out.sent(1);
    out.add("[answer]", worth::an_answer);
    const std::string large(outbox::most_bytes - 10, '.');
    out.add("[old]", worth::a_notification);
    out.add(large, worth::a_notification);
    out.add("[last]", worth::an_answer);
    const bool is_as_expected = drained(out, 1 << 20) == "begun][answer]" + large + "[last]";
    CHECK(is_as_expected);
}

TEST_CASE("progress is dropped before other notifications, even newer progress") {
    outbox out;
    const std::string third(outbox::most_bytes / 3, '.');
    out.add("[begun]", worth::an_answer);
    out.add("[news]", worth::a_notification);
    out.add("1" + third, worth::progress);
    out.add("[question]", worth::an_answer);
    out.add("2" + third, worth::progress);
    out.add(third, worth::a_notification);
    CHECK(drained(out, 1 << 20) == "[begun][news][question]2" + third + third);
}

TEST_CASE("without progress left, the oldest other notification goes") {
    outbox out;
    out.add("[begun]", worth::an_answer);
    out.add("[progress]", worth::progress);
    out.add("[old]", worth::a_notification);
    out.add(std::string(outbox::most_bytes, '.'), worth::a_notification);
    CHECK(drained(out, 1 << 20) == "[begun]" + std::string(outbox::most_bytes, '.'));
}

TEST_CASE("a slow reader costs a bounded number of messages") {
    outbox out;
    for (std::size_t i = 0; i < outbox::most_messages + 5; ++i)
        out.add(std::to_string(i) + " ", worth::a_notification);
    const auto left = drained(out, 1 << 20);
    CHECK(left.starts_with("0 6 7 "));  // the first may be sealed already
    CHECK(left.ends_with("1004 "));
}
