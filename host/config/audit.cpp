// [audit]: the audit log, and how much of the arguments it records.
#include "config/complaint.hpp"
#include "config/tables.hpp"

namespace toolrack::config {
namespace {

enum audit::arguments parse_arguments(const text& written) {
    if (written.value == "none") return audit::arguments::none;
    if (written.value == "digest") return audit::arguments::digest;
    if (written.value != "full") written.refuse("is not a valid value", R"("none", "digest" or "full")");
    return audit::arguments::full;
}

}  // namespace

std::optional<audit> read_audit(const reader& file) {
    const auto table = file.find_table("audit", {"path", "arguments", "required"});
    if (!table) return std::nullopt;
    const auto path = table->find_text("path");
    if (!path) complain(table->where(), "audit.path is missing", "the path of the file to write to", "none");
    // A relative path would depend on the working directory.
    if (!path->value.starts_with('/') || path->value.ends_with('/'))
        path->refuse("is not the path of a file", "one such as /var/log/toolrack/audit.jsonl");
    audit audit{.path = path->value};
    if (const auto choice = table->find_text("arguments")) audit.arguments = parse_arguments(*choice);
    table->flag("required", audit.is_required);
    return audit;
}

}  // namespace toolrack::config
