#include "base/log.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "captured_log.hpp"
#include "catch.hpp"

using namespace toolrack;

namespace {

auto lines_in(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

}  // namespace

TEST_CASE("one event is one line for any client input") {
    test::captured_log log;
    (*log).warning("the client said {}", "hello\n2026-01-01T00:00:00 error: forged\r\n\x1B[2J");
    CHECK(lines_in(log.text()) == 1);
    CHECK(log.says("warning: the client said hello\\x0a2026-01-01T00:00:00 error: forged\\x0d\\x0a\\x1b[2J\n"));
}

TEST_CASE("only messages of sufficient severity are written") {
    std::string text;
    {
        test::captured_log log(severity::warning);
        (*log).error("an error");
        (*log).warning("a warning");
        (*log).write(severity::notice, "a notice");
        (*log).info("some information");
        (*log).debug("a detail");
        CHECK((*log).writes(severity::error));
        CHECK_FALSE((*log).writes(severity::notice));
        text = log.text();
    }
    CHECK(text.find("error: an error\n") != std::string::npos);
    CHECK(text.find("warning: a warning\n") != std::string::npos);
    CHECK(lines_in(text) == 2);
}

TEST_CASE("a long line is truncated") {
    test::captured_log log;
    (*log).error("{}", std::string(100'000, 'a'));
    CHECK(log.text().size() < 4300);
    CHECK(log.says("aaa...\n"));
}

TEST_CASE("lines of several threads do not mix") {
    std::string text;
    {
        test::captured_log log;
        std::vector<std::thread> threads;
        for (char who : std::string("abcd"))
            threads.emplace_back([&log, who] {
                for (int i = 0; i < 50; ++i) (*log).info("<{}>", std::string(100, who));
            });
        for (auto& thread : threads) thread.join();
        text = log.text();
    }
    CHECK(lines_in(text) == 200);
    for (char who : std::string("abcd")) {
        const auto whole = "<" + std::string(100, who) + ">\n";
        int found = 0;
        for (auto at = text.find(whole); at != std::string::npos; at = text.find(whole, at + 1)) ++found;
        CHECK(found == 50);
    }
}
