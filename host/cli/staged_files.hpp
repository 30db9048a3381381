// The files that git has staged, with the content that a commit would take.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace toolrack::cli {

// Returns the next bytes of a file, which are valid until the next call; empty at the end.
using byte_source = std::function<std::string_view()>;

// Calls `read` for each new or changed file, with its path from the root of the repository. `read` may leave bytes
// unread. Throws failure when git cannot be run or this is no repository.
void for_each_staged_file(const std::function<void(const std::string& path, const byte_source& content)>& read);

}  // namespace toolrack::cli
