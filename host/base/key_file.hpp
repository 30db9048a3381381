// A key that this server made for itself and keeps in a file: 43 characters of base64url, which only its
// user may read.
#pragma once

#include <filesystem>

#include "base/secret.hpp"

namespace toolrack {

// The 32 bytes in `file`, which is made when there is none; of several processes that make it at once, all
// get the same key. Throws failure, with what to do, when the file is not fit to be trusted.
secret load_or_make_key(const std::filesystem::path& file);

}  // namespace toolrack
