// [limits]: what may be said, and what is refused.
#include <string>
#include <vector>

#include "catch.hpp"
#include "config_fixture.hpp"

namespace toolrack {
namespace {

using namespace std::chrono_literals;
using strings = std::vector<std::string>;

const std::string before = "[auth]\nbackend = 'env-token'\n[limits]\n";

config::server read_server(const std::string& lines) { return config_fixture().read(before + lines).server; }
std::string refusal_of_limit(const std::string& line) { return config_fixture().refusal(before + line); }

constexpr const char* counts[] = {"connections_per_principal",
                                  "calls_per_principal",
                                  "calls_per_source",
                                  "rate_per_principal",
                                  "rate_per_source",
                                  "failures_per_minute"};

}  // namespace

TEST_CASE("absent limits have their defaults") {
    const auto server = read_server("");
    CHECK(server.calls.connections_per_principal == 2'000);
    CHECK(server.calls.calls_per_principal == 1'000);
    CHECK(server.calls.calls_per_source == 1'000);
    CHECK(server.calls.rate_per_principal == 100'000);
    CHECK(server.calls.rate_per_source == 100'000);
    CHECK(server.calls.burst == 1s);
    CHECK(server.calls.failures_per_minute == 60);
    CHECK_FALSE(server.http.proxies);
}

TEST_CASE("every key of limits is read") {
    const auto server = read_server("connections_per_principal = 1\ncalls_per_principal = 2\ncalls_per_source = 3\n"
                                    "rate_per_principal = 4\nrate_per_source = 1_000_000\nburst = '1h'\n"
                                    "failures_per_minute = 6\nproxies = ['10.0.0.0/8', 'unix', 'fd00::/8']");
    CHECK(server.calls.connections_per_principal == 1);
    CHECK(server.calls.calls_per_principal == 2);
    CHECK(server.calls.calls_per_source == 3);
    CHECK(server.calls.rate_per_principal == 4);
    CHECK(server.calls.rate_per_source == 1'000'000);
    CHECK(server.calls.burst == 1h);
    CHECK(server.calls.failures_per_minute == 6);
    CHECK(server.http.proxies == strings{"10.0.0.0/8", "unix", "fd00::/8"});
    CHECK(read_server("proxies = []").http.proxies == strings{});
}

TEST_CASE("zero and absurd values of limits are refused") {
    for (const std::string key : counts) {
        const auto at = "t.toml:4:" + std::to_string(key.size() + 4) + ": limits." + key;
        for (const std::string number : {"0", "-1", "1000001", "9223372036854775807"}) {
            CAPTURE(key, number);
            CHECK(refusal_of_limit(key + " = " + number) ==
                  at + " is out of range; expected an integer from 1 to 1000000, found " + number);
        }
        CHECK(refusal_of_limit(key + " = 1.5") ==
              at + " has the wrong type; expected an integer from 1 to 1000000, found a float");
        CHECK(refusal_of_limit(key + " = 'none'") ==
              at + " has the wrong type; expected an integer from 1 to 1000000, found a string");
    }
}

TEST_CASE("a burst is a duration") {
    CHECK(refusal_of_limit("burst = '61m'") ==
          "t.toml:4:9: limits.burst is too long; expected a duration up to \"1h\", found \"61m\"");
    for (const std::string burst : {"'0s'", "'-1s'", "'1'", "''"}) {
        CAPTURE(burst);
        CHECK(refusal_of_limit("burst = " + burst).starts_with("t.toml:4:9: limits.burst is not a valid duration;"));
    }
    CHECK(refusal_of_limit("burst = 5").starts_with("t.toml:4:9: limits.burst has the wrong type;"));
}

TEST_CASE("proxies are networks or \"unix\"") {
    CHECK(refusal_of_limit("proxies = ['10.0.0.1/8']")
              .starts_with("t.toml:4:12: limits.proxies[0] has bits set beyond its prefix;"));
    CHECK(refusal_of_limit("proxies = ['unix', '10.0.0.1']")
              .starts_with("t.toml:4:20: limits.proxies[1] is not a network;"));
    CHECK(refusal_of_limit("proxies = ['Unix']").starts_with("t.toml:4:12: limits.proxies[0] is not a network;"));
    CHECK(refusal_of_limit("proxies = '10.0.0.0/8'").starts_with("t.toml:4:11: limits.proxies has the wrong type;"));
}

TEST_CASE("a reload changes the limits of callers, and not those of the listeners") {
    const auto now = read_server("rate_per_principal = 1\ncalls_per_source = 1\nburst = '2s'\nfailures_per_minute = 1\n"
                                 "calls_per_principal = 1\nrate_per_source = 1\nconnections_per_principal = 1");
    CHECK(config::has_same_listeners(read_server(""), now));
    CHECK_FALSE(config::has_same_listeners(read_server(""), read_server("proxies = []")));
    CHECK_FALSE(config::has_same_listeners(read_server(""), read_server("connections_per_source = 1")));
}

}  // namespace toolrack
