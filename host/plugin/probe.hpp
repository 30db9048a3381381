// The probe: a child process opens a library first, so that one that crashes, hangs or exits while it
// is loaded or described costs a child and not the server.
//
// The child is this same program, run as `toolrack probe FILE [--features]`. It answers on descriptor 3
// with a word per stage it has reached, and at the end with one line of JSON.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/error.hpp"

namespace toolrack::plugin {

// The hidden command of the program that the child runs.
inline constexpr const char* probe_command = "probe";

// Why `library` must not be loaded, as the end of a sentence; nothing when it may be.
std::optional<std::string> probe(const std::string& program, const std::filesystem::path& library);

// What `library` says of itself, as JSON: {"id", "version", "abi", "description", "features"?: [...],
// "featuresError"?: string}. Features are those of an instance with no options.
result<std::string, complaint> inspect(const std::string& program, const std::filesystem::path& library);

// The child's side. Returns its exit status.
int run_probe(const std::filesystem::path& library, bool with_features);

}  // namespace toolrack::plugin
