// [metrics]: who may read how this server does.
#include "config/complaint.hpp"
#include "config/tables.hpp"

namespace toolrack::config {

// Nobody reads them by accident: the table says which scopes they take, or that any caller will do.
std::optional<metrics> read_metrics(const reader& file) {
    const auto table = file.find_table("metrics", {"scopes"});
    if (!table)
        return std::nullopt;
    auto scopes = read_scopes(*table);
    if (!scopes)
        complain(table->where(),
                 "metrics.scopes is missing",
                 R"(what a caller must have been granted, such as ["metrics:read"], or [] for any caller)",
                 "none");
    return metrics{.scopes = std::move(*scopes)};
}

} // namespace toolrack::config
