#include "metrics/page.hpp"

#include <chrono>
#include <string>

#include "catch.hpp"

using namespace toolrack;
using namespace std::chrono_literals;

namespace {

std::string with_value(std::string_view value) {
    metrics::page page;
    page.begin("x", "counter", "h");
    page.sample({{"who", metrics::label_value(value)}}, 1);
    const auto text = page.take();
    return text.substr(text.rfind("\nx") + 1);
}

}  // namespace

TEST_CASE("each metric has its help and its type before its samples") {
    metrics::page page;
    page.begin("toolrack_x_total", "counter", "What x is");
    page.sample({{"a", "1"}, {"b", ""}}, 7);
    page.gauge("toolrack_y", "How many y there are", 0);
    CHECK(page.take() == "# HELP toolrack_x_total What x is\n"
                         "# TYPE toolrack_x_total counter\n"
                         "toolrack_x_total{a=\"1\"} 7\n"
                         "# HELP toolrack_y How many y there are\n"
                         "# TYPE toolrack_y gauge\n"
                         "toolrack_y 0\n");
}

TEST_CASE("the buckets of a histogram are cumulative") {
    metrics::histogram times;
    for (const auto took : {50us, 100us, 101us}) times.observe(took);
    times.observe(10min);
    times.observe(-1s);  // a clock that went back is no reason to be wrong for ever
    metrics::page page;
    page.begin("d", "histogram", "h");
    const metrics::label of{"tool", "echo"};
    page.sample(metrics::labels(&of, 1), times);
    const auto text = page.take();
    CHECK(text.find("d_bucket{tool=\"echo\",le=\"0.0001\"} 3\n") != text.npos);
    CHECK(text.find("d_bucket{tool=\"echo\",le=\"0.0005\"} 4\n") != text.npos);
    CHECK(text.find("d_bucket{tool=\"echo\",le=\"300\"} 4\n") != text.npos);
    CHECK(text.find("d_bucket{tool=\"echo\",le=\"+Inf\"} 5\n") != text.npos);
    CHECK(text.find("d_sum{tool=\"echo\"} 600.000251\n") != text.npos);
    CHECK(text.find("d_count{tool=\"echo\"} 5\n") != text.npos);
}

TEST_CASE("label values are escaped") {
    CHECK(with_value("ann") == "x{who=\"ann\"} 1\n");
    CHECK(with_value("a\"} 99\nx{who=\"b") == "x{who=\"a\\\"} 99\\\\x0ax{who=\\\"b\"} 1\n");
    CHECK(with_value("\\") == "x{who=\"\\\\\"} 1\n");
    CHECK(with_value("\x1b[2J") == "x{who=\"\\\\x1b[2J\"} 1\n");
    CHECK(with_value("\xff") == "x{who=\"\\\\xff\"} 1\n");
    CHECK(with_value(std::string(5000, 'a')).size() < 300);
    for (const auto& odd : {std::string("\r\n\r\n"), std::string("a\0b", 3), std::string("# HELP x y\n")})
        CHECK(with_value(odd).find('\n') == with_value(odd).size() - 1);

    // Not from people's words only.
    metrics::page page;
    page.begin("x", "counter", "h");
    page.sample({{"raw", "a\"b\\c\nd"}}, 1);
    CHECK(page.text().ends_with("x{raw=\"a\\\"b\\\\c\\nd\"} 1\n"));
}

TEST_CASE("label values are redacted") {
    const auto shown = with_value("trk_9fK2mQx7Lr0B_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_bbbbbb");
    CHECK(shown.find("aaaa") == shown.npos);
    CHECK(shown.find("9fK2mQx7Lr0B") != shown.npos);  // the id is public
}
