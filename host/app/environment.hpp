// What whoever started this process left in its environment for it alone. Each is taken out, so that no
// plugin sees it and no child inherits it. Before there is any other thread.
#pragma once

#include <optional>
#include <string>

namespace toolrack::app {

// Nothing when it is unset or empty.
std::optional<std::string> take_variable(const char* name);

// Throws failure when it is anything but decimal digits.
std::optional<unsigned long long> take_number(const char* name);

}  // namespace toolrack::app
