// Whether a file can be a library for this machine at all, from its first bytes and without loading it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace toolrack::plugin {

// Why not, as the end of a sentence ("it is a 32-bit library; ..."); nothing when it may be loaded.
std::optional<std::string> why_not_loadable(std::string_view file_start);

}  // namespace toolrack::plugin
