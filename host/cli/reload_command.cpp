#include "cli/reload_command.hpp"

#include <cstdio>

#include "base/text.hpp"
#include "cli/control_client.hpp"

namespace toolrack::cli {

exit_code run_reload(const std::filesystem::path& config) {
    const auto result = request_reload(config);
    if (!result.error.empty()) throw failure("Nothing changed: " + result.error);
    std::puts("Configuration reloaded.");
    for (const auto& one : result.problems) std::fprintf(stderr, "toolrack: %s\n", printable(one, 4000).c_str());
    return result.problems.empty() ? exit_code::ok : exit_code::configuration;
}

}  // namespace toolrack::cli
