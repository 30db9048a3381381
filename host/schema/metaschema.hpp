// The schemas of schemas, by URI.
#pragma once

#include "schema/compiled.hpp"

namespace toolrack::schema {

// Parsed once and kept: constants, whose text is too long to be parsed for every schema.
const registry& metaschemas();

}  // namespace toolrack::schema
