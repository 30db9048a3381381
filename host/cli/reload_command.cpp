#include "cli/reload_command.hpp"

#include <cstdio>

#include "app/control.hpp"
#include "base/text.hpp"

namespace toolrack::cli {

exit_code run_reload(const std::filesystem::path& config) {
    const auto outcome = app::ask_to_reload(config);
    if (!outcome.refused.empty()) throw failure("Nothing changed: " + outcome.refused);
    std::puts("The configuration was read again.");
    for (const auto& one : outcome.complaints) std::fprintf(stderr, "toolrack: %s\n", printable(one, 4000).c_str());
    return outcome.complaints.empty() ? exit_code::ok : exit_code::configuration;
}

}  // namespace toolrack::cli
