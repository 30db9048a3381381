// The door of token-file: the list and the revocations as they are now, and whether a token is in them.
//
// Each is read on a thread of its own and swapped in, so that a long list keeps no revocation waiting; whatever is
// wrong with a new list, the one before goes on serving. Checking a token takes a look-up and a hash, never a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

class token_store {
public:
    struct files {
        std::filesystem::path list, revocations, last_use;
    };
    // What the token store says to the server, from the watching threads; and in the constructor, `log` only.
    struct voice {
        enum class loudness { info, warning, error };
        std::function<void(loudness, const std::string& line)> log;
        std::function<void(std::string_view credential)> forget;  // empty: all of them
        std::function<void(const std::string& what)> report_degraded;         // empty: all is well
    };
    enum class answer { granted, not_ours, refused };
    struct decision {
        answer what = answer::refused;
        std::string why{};  // for the log, unless granted
        std::string subject{}, credential{};
        std::vector<std::string> scopes{};
        std::int64_t expires = 0;  // seconds since 1970; 0: never
        bool may_be_new = false;   // refused, because it is not in the list as it was last read
    };

    // Throws std::runtime_error, one full sentence, when either file cannot be trusted or understood.
    token_store(files where, voice says);
    ~token_store();

    // Any thread; never blocks. `now` in seconds since 1970.
    decision decide(std::string_view token, std::string_view peer, std::int64_t now) const;
    // Any thread; never blocks. `then` runs on a thread of the token store's when the list as it is by now was read.
    // False, and it never runs, when too many wait for that already.
    bool after_a_look(std::function<void()> then) const;

private:
    class rooms;
    std::unique_ptr<rooms> rooms_;
};
