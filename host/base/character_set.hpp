// A set of characters, and a check whether a text consists of them only. The check has no branch that depends on the
// text, because the branch predictor would make the time depend on secrets that are checked often.
#pragma once

#include <array>
#include <string_view>

namespace toolrack {

class character_set {
public:
    constexpr explicit character_set(std::string_view members) {
        for (const unsigned char c : members) is_member_[c] = 1;
    }

    // The time depends on the length of the text only.
    constexpr bool has_all_of(std::string_view text) const noexcept {
        unsigned has = 1;
        for (const unsigned char c : text) has &= is_member_[c];
        return has != 0;
    }

private:
    std::array<unsigned char, 256> is_member_{};
};

}  // namespace toolrack
