// [metrics]: which callers may read /metrics.
#include "config/complaint.hpp"
#include "config/tables.hpp"

namespace toolrack::config {

// The scopes must be stated, so that the metrics are not readable by accident; [] means any caller.
std::optional<metrics> read_metrics(const reader& file) {
    const auto table = file.find_table("metrics", {"scopes"});
    if (!table) return std::nullopt;
    auto scopes = read_scopes(*table);
    if (!scopes)
        complain(table->where(),
                 "metrics.scopes is missing",
                 R"(the required scopes, such as ["metrics:read"], or [] for any caller)",
                 "none");
    return metrics{.scopes = std::move(*scopes)};
}

}  // namespace toolrack::config
