// [limits]: limits for connections and requests, and for authenticated callers.
//
// No limit can be switched off by accident: zero is rejected, and an absent key has its default.
#include <string>
#include <string_view>
#include <vector>

#include "config/address.hpp"
#include "config/tables.hpp"

namespace toolrack::config {
namespace {

constexpr std::size_t mebibyte = 1024 * 1024;
constexpr std::size_t gibibyte = 1024 * mebibyte;
constexpr std::size_t most_memory = 1024 * gibibyte;
constexpr std::size_t one_million = 1'000'000;

void read_edge(const reader& table, http_limits& into) {
    table.size("head", into.head, mebibyte);
    table.size("body", into.body, gibibyte);
    table.number("connections", into.connections, std::size_t{1}, one_million);
    table.number("connections_per_source", into.connections_per_source, std::size_t{1}, one_million);
    table.duration("handshake_timeout", into.handshake_timeout);
    table.duration("head_timeout", into.head_timeout);
    table.duration("idle_timeout", into.idle_timeout);
    table.duration("write_timeout", into.write_timeout);
    if (const auto networks = table.find_list("proxies")) {
        into.proxies.emplace();
        for (const text& written : *networks)
            into.proxies->push_back(written.value == "unix" ? written.value : parse_network(written));
    }
}

void read_calls(const reader& table, call_limits& into) {
    constexpr milliseconds longest_burst = std::chrono::hours(1);
    const auto count = [&table](std::string_view key, std::size_t& number) {
        table.number(key, number, std::size_t{1}, one_million);
    };
    count("connections_per_principal", into.connections_per_principal);
    count("calls_per_principal", into.calls_per_principal);
    count("calls_per_source", into.calls_per_source);
    count("rate_per_principal", into.rate_per_principal);
    count("rate_per_source", into.rate_per_source);
    count("failures_per_minute", into.failures_per_minute);
    table.duration("burst", into.burst);
    if (into.burst > longest_burst) table.find_text("burst")->refuse("is too long", "a duration up to \"1h\"");
}

}  // namespace

void read_limits(const reader& file, server& into) {
    const auto table = file.find_table("limits",
                                       {"head",
                                        "body",
                                        "connections",
                                        "connections_per_source",
                                        "connections_per_principal",
                                        "handshake_timeout",
                                        "head_timeout",
                                        "idle_timeout",
                                        "write_timeout",
                                        "calls_per_principal",
                                        "calls_per_source",
                                        "rate_per_principal",
                                        "rate_per_source",
                                        "burst",
                                        "failures_per_minute",
                                        "proxies",
                                        "memory"});
    if (!table) return;
    read_edge(*table, into.http);
    read_calls(*table, into.calls);
    table->size("memory", into.memory, most_memory);
}

}  // namespace toolrack::config
