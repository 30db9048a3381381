// Opens a library in a worker process, so that one that crashes, hangs or exits while it is loaded or described ends
// only that process.
#pragma once

#include <filesystem>
#include <string>

#include "base/child.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "plugin/library.hpp"

namespace toolrack::plugin {

// `worker` is toolrack-worker; it and `log` outlive the returned function.
library_probe probe_in_worker(const program& worker, log& log);

// Describes `library` as JSON: {"id", "version", "abi", "description", "features"?: [...], "featuresError"?: string}.
// The features are those of an instance without options.
result<std::string, complaint> inspect(const program& worker, const std::filesystem::path& library, log& log);

}  // namespace toolrack::plugin
