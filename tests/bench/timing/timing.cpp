// How long it takes to refuse a token must not tell what is wrong with it: a byte at the start of its secret, one at
// its end, or that there is no such id at all. The check alone, in this process: a million samples of each kind, in
// random order, hardly any token shown twice, and each at the same address.
//
// The control is a check that many servers have, a look-up by id and a comparison that ends where the two differ:
// what cannot be found in that would not have been found in ours.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include "doorman.hpp"
#include "keeper.hpp"
#include "temporary_folder.hpp"
#include "token/list.hpp"
#include "token_set.hpp"
#include "welch.hpp"
#include "wrong_tokens.hpp"

namespace {

namespace fs = std::filesystem;
using namespace toolrack;
using namespace toolrack::bench;

class folder {
public:
    fs::path operator/(const char* name) const { return files_.path() / name; }
    fs::path write(const char* name, std::string_view text) const {
        const auto file = files_.write(name, text);
        ::chmod(file.c_str(), 0600);
        return file;
    }

private:
    test::temporary_folder files_;
};

using timings = std::array<std::vector<float>, 3>;  // nanoseconds, of each way to be wrong

// Tokens to be checked, all at places that say nothing about how they were made.
class batch {
public:
    void fill(const ways& wrong) {
        for (auto& one : all_) {
            one.which = random_below(wrong.size());
            const auto token = wrong[one.which].make();
            one.size = token.copy(one.text.data(), one.text.size());
        }
    }

    struct entry {
        std::string_view token() const { return {text.data(), size}; }

        std::size_t which = 0, size = 0;
        std::array<char, 1008> text{};
    };
    const std::vector<entry>& all() const { return all_; }

private:
    std::vector<entry> all_{10'000};
};

template <typename Check>
timings time_all(const ways& wrong, Check lets_in) {
    constexpr std::size_t samples = 1'000'000;
    timings times;
    batch next;
    std::string shown;
    shown.reserve(4096);
    const auto is_enough = [](const auto& one) { return one.size() >= samples; };
    while (!std::ranges::all_of(times, is_enough)) {
        next.fill(wrong);
        for (const auto& one : next.all()) {
            shown = one.token();
            std::atomic_thread_fence(std::memory_order_seq_cst);  // the copy is none of the check's
            const auto begun = std::chrono::steady_clock::now();
            const bool is_let_in = lets_in(shown);
            const std::chrono::duration<float, std::nano> took = std::chrono::steady_clock::now() - begun;
            if (is_let_in) throw std::runtime_error("a wrong token was let in");
            times[one.which].push_back(took.count());
        }
    }
    return times;
}

template <typename Check>
void compare(const char* who, const ways& wrong, Check lets_in) {
    const auto times = time_all(wrong, std::move(lets_in));
    for (const auto& [one, other] : {std::pair{0, 1}, {0, 2}, {1, 2}}) {
        const auto found = difference_of(times[one], times[other]);
        fmt::print("{}: {} or {}: {:.3f} at {:+.2f} ns\n", who, wrong[one].name, wrong[other].name,
                   found.t, found.nanoseconds);
        std::fflush(stdout);
    }
}

void compare_token_file(const char* who, std::size_t size) {
    const folder here;
    const crowd all(size);
    const keeper door({here.write("tokens.toml", token::write_list(all.records)), here / "revoked.list",
                       here / "last-use"},
                      {[](auto, auto&) {}, [](auto) {}, [](auto&) {}});
    compare(who, all.wrong(), [&door](const std::string& shown) {
        return door.decide(shown, "127.0.0.1", now).what == keeper::answer::granted;
    });
}

void compare_env_token() {
    const auto good = random_text("0123456789abcdef", 64), next = random_text("0123456789abcdef", 64);
    const token_set tokens(good + ' ' + next, "MCP_AUTH_TOKEN");
    compare("env-token", wrong_words(good), [&tokens](const std::string& shown) {
        return tokens.find(shown).has_value();
    });
}

void compare_hmac_token() {
    const folder here;
    jwt::key_ring ring;
    for (const auto state : {jwt::key_state::active, jwt::key_state::verify, jwt::key_state::verify}) {
        ring.keys().push_back(jwt::make_key(now));
        ring.keys().back().state = state;
    }
    constexpr std::string_view audience = "https://tools.example.com/mcp";
    const doorman door({.keys = here.write("keys.toml", jwt::write_key_ring(ring).reveal()), .revoked = {},
                        .issuer = {}, .audience = std::string(audience), .max_ttl = {}},
                       {[](auto) {}, [](auto) {}, [](auto) {}, [](auto) {}});
    compare("hmac-token", wrong_signatures(ring, audience), [&door](const std::string& shown) {
        return door.check(shown, {}, now).kind == doorman::answer::kind::granted;
    });
}

void compare_control() {
    const crowd all(1000);
    std::unordered_map<std::string, std::string> by_id;
    for (const auto& one : all.bearers) by_id.emplace(*token::id_of(one), one);
    compare("control", all.wrong(), [&by_id](const std::string& shown) {
        const auto found = by_id.find(shown.substr(4, token::id_length));
        if (found == by_id.end()) return false;
        for (std::size_t at = 0; at != shown.size(); ++at)
            if (found->second[at] != shown[at]) return false;
        return true;
    });
}

}  // namespace

int main() {
    try {
        compare_control();
        compare_env_token();
        compare_token_file("token-file of 1,000", 1'000);
        compare_token_file("token-file of 100,000", 100'000);
        compare_hmac_token();
    } catch (const std::exception& wrong) {
        fmt::print(stderr, "{}\n", wrong.what());
        return 1;
    }
}
