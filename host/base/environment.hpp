// What whoever started this process left in its environment. What is taken out is wiped, so that no plugin
// sees it and no child inherits it (a secret: take_from_environment()); what stays is kept where the kernel
// does not show it. All of it before there is any other thread.
#pragma once

#include <optional>
#include <string>

namespace toolrack {

// Nothing when it is unset or empty.
std::optional<std::string> take_variable(const char* name);

// Throws failure when it is anything but decimal digits.
std::optional<unsigned long long> take_number(const char* name);

// From here on /proc/PID/environ shows nothing, because some of it may be secret. getenv() says what it said before.
void hide_environment();

}  // namespace toolrack
