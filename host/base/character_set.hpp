// Which characters a text may be made of, found out without a branch that depends on them: what a processor has learned
// of secrets that are shown often would show in the time that others take.
#pragma once

#include <array>
#include <string_view>

namespace toolrack {

class character_set {
public:
    constexpr explicit character_set(std::string_view members) {
        for (const unsigned char c : members) is_member_[c] = 1;
    }

    // Takes as long as the text is, whatever is in it.
    constexpr bool has_all_of(std::string_view text) const noexcept {
        unsigned has = 1;
        for (const unsigned char c : text) has &= is_member_[c];
        return has != 0;
    }

private:
    std::array<unsigned char, 256> is_member_{};
};

}  // namespace toolrack
