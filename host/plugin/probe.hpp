// The probe: a worker opens a library first, so that one that crashes, hangs or exits while it is loaded or
// described costs a process that nobody misses.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/child.hpp"
#include "base/error.hpp"
#include "base/log.hpp"

namespace toolrack::plugin {

// Why `library` must not be loaded, as the end of a sentence; nothing when it may be. `worker` is toolrack-worker.
std::optional<std::string> probe(const program& worker, const std::filesystem::path& library, log& log);

// What `library` says of itself, as JSON: {"id", "version", "abi", "description", "features"?: [...],
// "featuresError"?: string}. Features are those of an instance with no options.
result<std::string, complaint> inspect(const program& worker, const std::filesystem::path& library, log& log);

}  // namespace toolrack::plugin
