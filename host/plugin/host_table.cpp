#include "plugin/host_table.hpp"

#include <cstring>

namespace toolrack::plugin {
namespace {

// A namespace of its own: the table has members of the same names.
namespace entry {

host_functions& behind(const toolrack_host* host) { return static_cast<const host_table*>(host)->functions; }

void grant(const toolrack_host* host, toolrack_call check, const toolrack_principal* who) noexcept {
    if (who && TOOLRACK_HAS(who, toolrack_principal, keep)) behind(host).grant(check, *who);
    else behind(host).refuse(check, TOOLRACK_UNAVAILABLE, "its grant is incomplete");
}

void refuse(const toolrack_host* host, toolrack_call check, toolrack_refusal kind, toolrack_str why) noexcept {
    behind(host).refuse(check, kind, view(why));
}

void forget(const toolrack_host* host, toolrack_str credential) noexcept { behind(host).forget(view(credential)); }

constexpr toolrack_auth_host auth_host{sizeof(toolrack_auth_host), grant, refuse, forget};

void list_changed(const toolrack_host* host, toolrack_str kind) noexcept { behind(host).list_changed(view(kind)); }

void resource_updated(const toolrack_host* host, toolrack_str uri) noexcept {
    behind(host).resource_updated(view(uri));
}

constexpr toolrack_changes changes{sizeof(toolrack_changes), list_changed, resource_updated};

void report_degraded(const toolrack_host* host, toolrack_str reason) noexcept {
    behind(host).report_degraded(view(reason));
}

constexpr toolrack_health health{sizeof(toolrack_health), report_degraded};

const void* get_extension(const toolrack_host*, const char* id) noexcept {
    if (id && std::strcmp(id, TOOLRACK_EXT_CHANGES) == 0) return &changes;
    if (id && std::strcmp(id, TOOLRACK_EXT_AUTH_HOST) == 0) return &auth_host;
    if (id && std::strcmp(id, TOOLRACK_EXT_HEALTH) == 0) return &health;
    return nullptr;
}

void log_line(const toolrack_host* host, toolrack_severity severity, toolrack_str line) noexcept {
    behind(host).log_line(severity, view(line));
}

void notify(const toolrack_host* host, toolrack_call call, toolrack_str method, toolrack_str params) noexcept {
    behind(host).notify(call, view(method), view(params));
}

void finish(const toolrack_host* host, toolrack_call call, toolrack_outcome outcome, toolrack_str json) noexcept {
    behind(host).finish(call, outcome, view(json));
}

bool cancelled(const toolrack_host* host, toolrack_call call) noexcept { return behind(host).is_cancelled(call); }

}  // namespace entry
}  // namespace

host_table::host_table(host_functions& behind)
    : toolrack_host{sizeof(toolrack_host),
                    TOOLRACK_ABI_MINOR,
                    entry::get_extension,
                    entry::log_line,
                    entry::notify,
                    entry::finish,
                    entry::cancelled},
      functions(behind) {}

}  // namespace toolrack::plugin
