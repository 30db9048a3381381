// A key that this server creates and keeps in a file: 43 characters of base64url, readable by its own user only.
#pragma once

#include <filesystem>

#include "base/secret.hpp"

namespace toolrack {

// The 32 bytes in `file`. The file is created when it does not exist; several processes that create it at the same time
// get the same key. Throws failure when the file cannot be trusted; the sentence says what to do.
secret load_or_make_key(const std::filesystem::path& file);

}  // namespace toolrack
