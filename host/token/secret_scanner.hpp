// Finds tokens and signing keys in bytes of any kind: text, binaries, uncompressed archives.
//
// A token is recognised by its prefix and checksum, a key by its prefix, exact length and alphabet. Zero bytes are
// skipped, so that UTF-16 text is searched like UTF-8.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace toolrack::token {

struct finding {
    enum class kind { token, key };
    kind what = kind::token;
    std::string id;                      // public; empty for a key
    std::uint64_t line = 1, column = 1;  // both from 1; the column in bytes
};

// Takes the bytes in pieces of any size and buffers no more than the length of a token.
class secret_scanner {
public:
    using listener = std::function<void(const finding&)>;

    explicit secret_scanner(listener on_finding) : on_finding_(std::move(on_finding)) {}
    ~secret_scanner();
    secret_scanner(const secret_scanner&) = delete;
    secret_scanner& operator=(const secret_scanner&) = delete;

    void scan(std::string_view piece);
    // After the last piece.
    void finish();

private:
    void scan_before(std::size_t end);
    void check_at(std::size_t at);
    void drop(std::size_t count);

    listener on_finding_;
    std::string buffer_;                   // not scanned yet: the following bytes decide
    std::uint64_t line_ = 1, column_ = 1;  // of the first byte of the buffer
};

}  // namespace toolrack::token
