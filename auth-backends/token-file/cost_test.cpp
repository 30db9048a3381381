// The cost of a check. Depends on the load of the machine, so it runs on request only: test_plugin_token-file
// "[.cost]", as scripts/bench does.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "catch.hpp"
#include "temporary_folder.hpp"
#include "token/bearer.hpp"
#include "token/list.hpp"
#include "token_store.hpp"
#include "token_table.hpp"

namespace {

using namespace toolrack;
using steady = std::chrono::steady_clock;

constexpr std::size_t many = 100'000;

struct token_list {
    token_list() {
        for (std::size_t n = 0; n != many; ++n) {
            const auto bearer = token::make_bearer();
            token::record one;
            one.id = *token::id_of(bearer.reveal());
            one.principal = "user" + std::to_string(n % 20'000);
            one.hash = token::hash_of(bearer.reveal());
            one.scopes = {"orders:read"};
            records.push_back(one);
            if (n % 100 == 0) bearers.emplace_back(bearer.reveal());
        }
    }
    std::vector<token::record> records;
    std::vector<std::string> bearers;  // of every hundredth record
};

// Nanoseconds for one call.
template <typename Do>
double median_cost(Do once) {
    constexpr std::size_t rounds = 400, in_each = 500;
    std::vector<double> times;
    std::size_t next = 0;
    for (std::size_t round = 0; round != rounds; ++round) {
        const auto begun = steady::now();
        for (std::size_t n = 0; n != in_each; ++n) once(next++);
        times.push_back(std::chrono::duration<double, std::nano>(steady::now() - begun).count() / in_each);
    }
    std::ranges::nth_element(times, times.begin() + rounds / 2);
    return times[rounds / 2];
}

std::string changed_at(std::string token, std::size_t at) {
    token[at] = token[at] == 'x' ? 'y' : 'x';
    return token;
}

}  // namespace

// CONTRACT.md, A6.
TEST_CASE("a check costs two microseconds, also of a wrong token", "[.cost]") {
    const token_list all;
    const toolrack::test::temporary_folder folder;
    const auto& path = folder.path();
    ::chmod(folder.write("tokens.toml", token::write_list(all.records)).c_str(), 0600);
    {
        const token_store store({path / "tokens.toml", path / "revoked.list", path / "last-use"},
                                {[](auto, auto) {}, [](auto) {}, [](auto) {}});
        std::vector<std::string> unknown;
        for (int n = 0; n != 1000; ++n) unknown.emplace_back(token::make_bearer().reveal());
        std::size_t granted = 0;
        const auto check = [&](const std::string& bearer) {
            granted += store.decide(bearer, "127.0.0.1", 1'800'000'000).result == token_store::outcome::granted;
        };
        std::cout << "a token of the list: " << median_cost([&](auto n) { check(all.bearers[n % all.bearers.size()]); })
                  << " ns\n";
        CHECK(granted == 200'000);
        std::cout << "an unknown id: " << median_cost([&](auto n) { check(unknown[n % unknown.size()]); }) << " ns\n";
        CHECK(granted == 200'000);
    }

    const token_table list(all.records);
    std::vector<std::string> wrong;
    for (const auto& one : all.bearers) wrong.push_back(changed_at(one, 20));
    bool found = false;
    std::cout << "a wrong secret: " << median_cost([&](auto n) {
        const std::string_view one = wrong[n % wrong.size()];
        found |= list.find(one, one.substr(4, token::id_length)) != nullptr;
    }) << " ns\n";
    CHECK_FALSE(found);
}
