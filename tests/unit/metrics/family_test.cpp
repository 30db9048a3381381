#include "metrics/family.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "metrics/registry.hpp"

using namespace toolrack;

namespace {

using pairs = metrics::family<metrics::counter, 2>;

pairs::about of_two(std::size_t most) {
    return {.name = "x_total", .help = "h", .labels = {"method", "who"}, .is_unbounded = {false, true}, .most = most};
}

std::string page_of(const auto& family) {
    metrics::page page;
    family.write(page);
    return page.take();
}

}  // namespace

TEST_CASE("the same labels return the same series at a stable address") {
    pairs all(of_two(100));
    auto& one = all.at({"get", "ann"});
    for (int n = 0; n < 50; ++n) all.at({"get", "p" + std::to_string(n)});
    one.add(2);
    CHECK(&all.at({"get", "ann"}) == &one);
    CHECK(page_of(all).find("x_total{method=\"get\",who=\"ann\"} 2\n") != std::string::npos);
}

TEST_CASE("above the limit of series, an unbounded label becomes other") {
    pairs all(of_two(10));
    for (int n = 0; n < 10'000; ++n) all.at({"get", "p" + std::to_string(n)}).add();
    const auto text = page_of(all);
    CHECK(std::count(text.begin(), text.end(), '\n') == 2 + 10 + 1);
    CHECK(text.find("x_total{method=\"get\",who=\"other\"} 9990\n") != text.npos);
    all.at({"put", "p9999"}).add();
    CHECK(page_of(all).find("x_total{method=\"put\",who=\"other\"} 1\n") != std::string::npos);
    all.at({"get", "p3"}).add();
    CHECK(page_of(all).find("x_total{method=\"get\",who=\"p3\"} 2\n") != std::string::npos);
}

TEST_CASE("an empty label stays empty above the limit of series") {
    pairs all(of_two(1));
    all.at({"get", "ann"}).add();
    all.at({"ping", ""}).add();
    CHECK(page_of(all).find("x_total{method=\"ping\"} 1\n") != std::string::npos);
}

TEST_CASE("label values that are equal after redaction share one series and one line") {
    pairs all(of_two(10));
    const std::string long_name(300, 'a');
    all.at({"get", long_name + "1"}).add();
    all.at({"get", long_name + "2"}).add();
    const auto text = page_of(all);
    CHECK(std::count(text.begin(), text.end(), '\n') == 3);
    CHECK(text.ends_with("} 2\n"));
}

TEST_CASE("concurrent counts add up") {
    metrics::registry registry;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&registry, t] {
                for (int n = 0; n < 10'000; ++n) {
                    registry.requests.at({"file", n % 2 ? "ann" : "bob"}).add();
                    registry.operations.at({"tools/call", "echo", ""}).observe(std::chrono::microseconds(t));
                }
            });
    }
    metrics::page page;
    registry.write(page);
    CHECK(page.text().find("toolrack_requests_total{issuer=\"file\",subject=\"ann\"} 20000\n") != std::string::npos);
    CHECK(page.text().find("mcp_server_operation_duration_seconds_count{mcp_method_name=\"tools/call\","
                           "gen_ai_tool_name=\"echo\"} 40000\n") != std::string::npos);
}
