// Decides whether a token is accepted, by the token list and the revocation list as they are now.
//
// A check computes one hash and looks it up; it never waits for a file.
//
// Includes no host header: the files that include this one also include the SDK, which has the namespace toolrack too.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "token/backend_callbacks.hpp"

class token_store {
public:
    struct paths {
        std::filesystem::path list, revocations, last_use;
    };
    enum class outcome { granted, not_ours, refused };
    struct decision {
        outcome result = outcome::refused;
        std::string why{};  // for the log; empty when granted
        std::string subject{}, credential{};
        std::vector<std::string> scopes{};
        std::int64_t expires = 0;  // seconds since 1970; 0: never
        bool may_be_new = false;   // refused because the list that was read last does not have it
    };

    // Throws std::exception, one full sentence, when the list or the revocation list cannot be used.
    token_store(const paths& files, toolrack::token::backend_callbacks callbacks);
    ~token_store();

    // Any thread; never waits for a file. `now` in seconds since 1970.
    decision decide(std::string_view token, std::string_view peer, std::int64_t now) const;
    // Any thread; does not wait. `then` runs on a thread of the store after every change of the list up to now was
    // read. False, and `then` never runs, when too many callbacks are queued already.
    bool after_reload(std::function<void()> then) const;

private:
    class state;
    std::unique_ptr<state> state_;
};
