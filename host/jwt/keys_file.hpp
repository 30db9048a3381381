// keys.toml where it lies: read by servers, changed by one command at a time.
#pragma once

#include <filesystem>
#include <functional>

#include "jwt/key_ring.hpp"

namespace toolrack::jwt {

// Throws failure when there is no such file, it is not to be trusted, or holds something else than keys.
key_ring load_keys(const std::filesystem::path& file);

enum class when_absent { fail, make };

// Locks it, reads it, lets `change` have it and puts the new one in its place: whole or not at all, with the
// owner and mode that it had (0600 when it is new). Whoever reads meanwhile sees the old or the new one.
void change_keys(const std::filesystem::path& file,
                 when_absent absent,
                 const std::function<void(key_ring&)>& change);

}  // namespace toolrack::jwt
