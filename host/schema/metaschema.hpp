// The metaschemas, by URI.
#pragma once

#include "schema/compiled.hpp"

namespace toolrack::schema {

// Parsed once and kept, because the texts are too long to parse for every schema.
const registry& metaschemas();

}  // namespace toolrack::schema
