// The cost of a verification. Depends on the load of the machine, so it runs on request only: test_jwt "[.cost]".
#include <algorithm>
#include <chrono>
#include <iostream>
#include <vector>

#include "catch.hpp"
#include "mint.hpp"

using namespace toolrack;
using test::mint;
using test::noon;

namespace {

template <typename Do>
void report(const char* what, Do once) {
    constexpr int rounds = 400, in_each = 500;
    std::vector<double> times;
    for (int round = 0; round != rounds; ++round) {
        const auto begun = std::chrono::steady_clock::now();
        for (int n = 0; n != in_each; ++n) once();
        const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begun;
        times.push_back(took.count() / in_each);
    }
    std::sort(times.begin(), times.end());
    std::cout << what << ": " << static_cast<long>(times[rounds / 2]) << " ns, at best " << static_cast<long>(times[0])
              << " ns\n";
}

}  // namespace

TEST_CASE("a verification costs a few microseconds", "[.cost]") {
    const mint by, other;
    const jwt::prepared_keys keys(by.ring);
    const auto check = [&](const std::string& token) {
        return jwt::verify(token, keys, by.revoked, by.expected, noon).has_value();
    };
    const auto own = by.token(), forged = other.token();
    const auto foreign = by.with_header(R"({"kid":"k1","typ":"at+jwt","alg":"HS256"})");
    std::cout << own.size() << " characters\n";
    bool good = true, bad = false;
    report("a token signed here", [&] { good &= check(own); });
    report("a token of another issuer", [&] { good &= check(foreign); });
    report("a forged token", [&] { bad |= check(forged); });
    const jwt::mac mac(by.key().bytes.reveal());
    const auto tag = mac.of(own);
    report("its MAC alone", [&] { good &= mac.of(own) == tag; });
    CHECK(good);
    CHECK_FALSE(bad);
}
