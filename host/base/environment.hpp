// Environment variables. A variable that is taken is unset and overwritten, so that no plugin sees it and no child
// inherits it (for a secret: take_from_environment()). Call these functions before any other thread exists.
#pragma once

#include <optional>
#include <string>

namespace toolrack {

// Empty when the variable is unset or empty.
std::optional<std::string> take_variable(const char* name);

// The same for a number. Throws failure when the value is anything but decimal digits.
std::optional<unsigned long long> take_number(const char* name);

// Moves the environment to the heap, so that /proc/PID/environ shows nothing of it. getenv() keeps working.
void hide_environment();

}  // namespace toolrack
