#include "app/environment.hpp"

#include <charconv>
#include <cstdlib>

#include "base/error.hpp"
#include "base/text.hpp"

namespace toolrack::app {

std::optional<std::string> take_variable(const char* name) {
    const char* value = std::getenv(name);
    if (!value) return std::nullopt;
    std::string taken = value;
    ::unsetenv(name);
    if (taken.empty()) return std::nullopt;
    return taken;
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

}  // namespace toolrack::app
