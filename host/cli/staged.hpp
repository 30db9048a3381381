// What git has staged: the bytes that a commit would take, whatever the working copy holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace toolrack::cli {

// A file's bytes, piece by piece; empty at the end. Good until the next call.
using byte_source = std::function<std::string_view()>;

// Calls `read` with each staged file that is new or changed, by its path from the repository's root. What `read`
// leaves is passed over. Throws failure when git is not there or this is no repository.
void for_each_staged(const std::function<void(const std::string& name, const byte_source& bytes)>& read);

}  // namespace toolrack::cli
