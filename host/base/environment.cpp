#include "base/environment.hpp"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"

namespace toolrack {

std::optional<std::string> take_variable(const char* name) {
    const auto taken = take_from_environment(name);
    if (taken.empty()) return std::nullopt;
    return std::string(taken.reveal());
}

std::optional<unsigned long long> take_number(const char* name) {
    const auto text = take_variable(name);
    if (!text) return std::nullopt;
    unsigned long long number = 0;
    const char* end = text->data() + text->size();
    const auto [rest, error] = std::from_chars(text->data(), end, number);
    if (error != std::errc{} || rest != end)
        throw failure(
            std::string("The variable ") + name + " is \"" + printable(*text, 40) +
            "\", which is not a number. Unset it, or correct it in the program or unit that starts this server.");
    return number;
}

// The kernel shows the memory where the environment was at the start of the process. The copies are never freed,
// because a caller of getenv() may keep the pointer.
void hide_environment() {
    static auto& kept = *new std::vector<char*>;
    for (char** variable = environ; *variable; ++variable) {
        char* const moved = ::strdup(*variable);
        if (!moved) return;
        kept.push_back(moved);
        wipe(*variable, std::strlen(*variable));
        *variable = moved;
    }
}

}  // namespace toolrack
