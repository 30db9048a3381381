// Finds tokens and keys of ours in bytes of any kind: text, binaries, archives that do not compress.
//
// A token is told by its prefix and its check, so other text is practically never taken for one; a key by its prefix
// and its exact length and alphabet. Zero bytes are passed over, which makes UTF-16 as readable as UTF-8.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace toolrack::token {

struct leak {
    enum class kind { token, key };
    kind what = kind::token;
    std::string id;  // the public one; of a key, which has none in it, empty
    std::uint64_t line = 1, column = 1;  // both from 1; the column in bytes
};

// Takes bytes in pieces of any size and keeps no more than a token's length of them.
class leak_finder {
public:
    using listener = std::function<void(const leak&)>;

    explicit leak_finder(listener found) : found_(std::move(found)) {}
    ~leak_finder();
    leak_finder(const leak_finder&) = delete;
    leak_finder& operator=(const leak_finder&) = delete;

    void feed(std::string_view piece);
    // No more is coming.
    void end();

private:
    void look(std::size_t until);
    void look_at(std::size_t at);
    void let_go_of(std::size_t count);

    listener found_;
    std::string waiting_;  // what was not looked at yet, because what follows decides
    std::uint64_t line_ = 1, column_ = 1;  // of its first byte
};

}  // namespace toolrack::token
