// JSON in one form: sorted keys and no white space, so that the same values are the same text however a client
// writes them the second time. For digests; a comma ends each member and element, so it is not JSON itself.
#pragma once

#include <string>

#include "wire/json.hpp"

namespace toolrack::wire {

// Goes as deep as the value does, which was checked when it came.
void write_canonical(std::string& out, const json::value& value);

}  // namespace toolrack::wire
