#include "base/limited_log.hpp"

#include <string>

#include "captured_log.hpp"
#include "catch.hpp"

using namespace toolrack;

TEST_CASE("lines and bytes beyond the limit of a second are left out, and counted in the next one") {
    test::captured_log log;
    limited_log one(*log, "noisy", 3, 100);
    for (int i = 0; i < 10; ++i) one.write(severity::info, "line " + std::to_string(i));
    limited_log long_lines(*log, "long", 3, 100);
    for (int i = 0; i < 3; ++i) long_lines.write(severity::info, "long " + std::string(60, 'x') + std::to_string(i));
    while (!log.says("left out")) one.warning("a {}", "later line");
    const auto text = log.text();
    CHECK(text.find("line 2") != std::string::npos);
    CHECK(text.find("line 3") == std::string::npos);
    CHECK(text.find("x0") != std::string::npos);
    CHECK(text.find("x1") == std::string::npos);
    CHECK(text.find("noisy: ") != std::string::npos);
    CHECK(text.find("a later line") != std::string::npos);
}

TEST_CASE("a line that is not severe enough costs nothing") {
    test::captured_log log(severity::info);
    limited_log one(*log, "noisy", 1, 100);
    for (int i = 0; i < 10; ++i) one.write(severity::debug, "hidden");
    one.error("shown");
    CHECK(log.text().find("shown") != std::string::npos);
    CHECK(log.text().find("left out") == std::string::npos);
}
