// keys.toml as a file: servers read it, and one command at a time changes it.
#pragma once

#include <filesystem>
#include <functional>

#include "jwt/key_ring.hpp"

namespace toolrack::jwt {

// Throws failure when the file does not exist, cannot be trusted or is not valid.
key_ring load_keys(const std::filesystem::path& file);

enum class when_absent { fail, create };

// Holds a file lock while it reads the file, calls `change` and replaces the file as a whole, so that readers see the
// old or the new content. Keeps owner and mode; a new file has mode 0600.
void change_keys(const std::filesystem::path& file, when_absent absent, const std::function<void(key_ring&)>& change);

}  // namespace toolrack::jwt
