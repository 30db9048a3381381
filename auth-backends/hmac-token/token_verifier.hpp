// What the backend knows, in plain words: whom a signed token lets in, and until when.
//
// Stands between two worlds that share a namespace and some names, the SDK and the host's rooms: this header
// includes neither. Any thread may ask; one thread of its own looks after the files.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

class token_verifier {
public:
    struct settings {
        std::string keys;     // path
        std::string revoked;  // path; empty: revoked.list beside the keys
        std::string issuer;   // empty: "toolrack"
        std::string audience; // empty: what the host says that our URI is
        std::string max_ttl;  // a duration; empty: 24h
    };
    // Called on the doorman's thread as well.
    struct outlet {
        std::function<void(std::string_view line)> error, info;
        std::function<void(std::string_view id)> forget;  // empty: all
        std::function<void(std::string_view what)> report_degraded;   // empty: all is well
    };
    struct answer {
        enum class kind { granted, not_ours, wrong_audience, refused };
        kind kind = kind::refused;
        std::string subject, id;  // granted
        std::vector<std::string> scopes;
        std::int64_t expires = 0;
        std::string why;  // not granted
        bool may_be_new = false;  // not granted, because it is signed with none of the keys as they were last read
    };

    // Throws an exception with a sentence when nobody could be let in safely.
    token_verifier(const settings& said, outlet to);
    ~token_verifier();
    token_verifier(const token_verifier&) = delete;
    token_verifier& operator=(const token_verifier&) = delete;

    // Never waits. `now` in seconds since 1970.
    answer check(std::string_view token, std::string_view resource, std::int64_t now) const;
    // Never waits. `then` runs on the doorman's thread when all that the files say by now was read. False, and it never
    // runs, when too many wait for that already.
    bool after_a_look(std::function<void()> then) const;

private:
    struct inside;
    const std::unique_ptr<inside> inside_;
};
