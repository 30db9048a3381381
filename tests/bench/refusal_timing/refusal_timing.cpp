// The time of a refusal must not reveal whether the first byte of the secret is wrong, the last byte, or the id.
//
// Calls the token checks of the backends directly: a million samples of each kind, in random order, nearly every one
// with a new token, always at the same address.
//
// The control is a check that leaks: a look-up by id and a comparison that stops at the first difference. The method
// must detect its leak, or its silence about the other checks proves nothing.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include "temporary_folder.hpp"
#include "token/list.hpp"
#include "token_set.hpp"
#include "token_store.hpp"
#include "token_verifier.hpp"
#include "welch.hpp"
#include "wrong_tokens.hpp"

namespace {

namespace fs = std::filesystem;
using namespace toolrack;
using namespace toolrack::bench;

class private_folder {
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

using durations = std::array<std::vector<float>, 3>;  // nanoseconds, by kind

// Tokens of all kinds in random order, in buffers of one size, so that a token's address is independent of its kind.
class batch {
public:
    struct entry {
        std::string_view token() const { return {text.data(), size}; }

        std::size_t kind = 0, size = 0;
        std::array<char, 1008> text{};
    };

    void fill(const wrong_token_kinds& kinds) {
        for (auto& entry : entries_) {
            entry.kind = random_below(kinds.size());
            const auto token = kinds[entry.kind].make();
            entry.size = token.copy(entry.text.data(), entry.text.size());
        }
    }
    const std::vector<entry>& entries() const { return entries_; }

private:
    std::vector<entry> entries_{10'000};
};

template <typename Check>
durations measure(const wrong_token_kinds& kinds, Check accepts) {
    constexpr std::size_t samples = 1'000'000;
    durations measured;
    batch next;
    std::string token;
    token.reserve(4096);
    const auto is_complete = [](const auto& durations_of_kind) { return durations_of_kind.size() >= samples; };
    while (!std::ranges::all_of(measured, is_complete)) {
        next.fill(kinds);
        for (const auto& entry : next.entries()) {
            token = entry.token();
            std::atomic_thread_fence(std::memory_order_seq_cst);  // keeps the copy out of the measured time
            const auto start = std::chrono::steady_clock::now();
            const bool is_accepted = accepts(token);
            const std::chrono::duration<float, std::nano> duration = std::chrono::steady_clock::now() - start;
            if (is_accepted) throw std::runtime_error("a wrong token was accepted");
            measured[entry.kind].push_back(duration.count());
        }
    }
    return measured;
}

template <typename Check>
void compare(const char* backend, const wrong_token_kinds& kinds, Check accepts) {
    const auto measured = measure(kinds, std::move(accepts));
    for (const auto& [one, other] : {std::pair{0, 1}, {0, 2}, {1, 2}}) {
        const auto difference = difference_of(measured[one], measured[other]);
        fmt::print("{}: {} or {}: {:.3f} at {:+.2f} ns\n",
                   backend,
                   kinds[one].name,
                   kinds[other].name,
                   difference.t,
                   difference.nanoseconds);
        std::fflush(stdout);
    }
}

void compare_token_file(const char* backend, std::size_t size) {
    const private_folder folder;
    const token_list list(size);
    const token_store store(
        {folder.write("tokens.toml", token::write_list(list.records)), folder / "revoked.list", folder / "last-use"},
        {[](auto, auto) {}, [](auto) {}, [](auto) {}});
    compare(backend, list.wrong_tokens(), [&store](const std::string& token) {
        return store.decide(token, "127.0.0.1", now).result == token_store::outcome::granted;
    });
}

void compare_env_token() {
    const auto good = random_text("0123456789abcdef", 64), next = random_text("0123456789abcdef", 64);
    const token_set tokens(good + ' ' + next, "MCP_AUTH_TOKEN");
    compare("env-token", wrong_static_tokens(good), [&tokens](const std::string& token) {
        return tokens.find(token).has_value();
    });
}

void compare_hmac_token() {
    const private_folder folder;
    jwt::key_ring ring;
    for (const auto state : {jwt::key_state::active, jwt::key_state::verify, jwt::key_state::verify}) {
        ring.keys().push_back(jwt::make_key(now));
        ring.keys().back().state = state;
    }
    constexpr std::string_view audience = "https://tools.example.com/mcp";
    const token_verifier verifier({.keys = folder.write("keys.toml", jwt::write_key_ring(ring).reveal()),
                                   .revoked = {},
                                   .issuer = {},
                                   .audience = std::string(audience),
                                   .max_ttl = {}},
                                  {[](auto, auto) {}, [](auto) {}, [](auto) {}});
    compare("hmac-token", wrong_jwts(ring, audience), [&verifier](const std::string& token) {
        return verifier.decide(token, {}, now).result == token_verifier::outcome::granted;
    });
}

void compare_control() {
    const token_list list(1000);
    std::unordered_map<std::string, std::string> by_id;
    for (const auto& bearer : list.bearers) by_id.emplace(*token::id_of(bearer), bearer);
    compare("control", list.wrong_tokens(), [&by_id](const std::string& presented) {
        const auto found = by_id.find(presented.substr(4, token::id_length));
        if (found == by_id.end()) return false;
        for (std::size_t at = 0; at != presented.size(); ++at)
            if (found->second[at] != presented[at]) return false;
        return true;
    });
}

}  // namespace

int main() {
    try {
        compare_control();
        compare_env_token();
        compare_token_file("token-file, 1,000 tokens", 1'000);
        compare_token_file("token-file, 100,000 tokens", 100'000);
        compare_hmac_token();
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 1;
    }
}
