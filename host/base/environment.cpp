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
        throw failure(std::string("The variable ") + name + " is \"" + printable(*text, 40) +
                      "\", which is not a number. Whoever starts this server sets it; unset it, or correct it there.");
    return number;
}

// To the heap: what the kernel shows is the place where the environment was at the start, and nothing else. Nobody
// knows when the last one who asked for a variable has done with it, so what is moved stays for good.
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
