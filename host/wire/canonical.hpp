// A canonical text of a JSON value, for digests: sorted keys and no white space, so that equal values give equal texts.
// A comma follows each member and element, so the text is not JSON itself.
#pragma once

#include <string>

#include "wire/json.hpp"

namespace toolrack::wire {

// Recursive; the depth of `value` was limited when it was parsed.
void write_canonical(std::string& out, const json::value& value);

}  // namespace toolrack::wire
