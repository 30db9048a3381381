// The host's side of the C boundary: the function tables that plugins call. Translation only.
#pragma once

#include <toolrack/abi.h>

#include <cstdint>
#include <string_view>

namespace toolrack::plugin {

// The functions of toolrack_host and its extensions in C++, for one instance. [any] thread, concurrently; nothing
// throws.
class host_functions {
public:
    virtual void log_line(toolrack_severity severity, std::string_view line) noexcept = 0;
    virtual void notify(toolrack_call call, std::string_view method, std::string_view params) noexcept = 0;
    virtual void finish(toolrack_call call, toolrack_outcome outcome, std::string_view json) noexcept = 0;
    virtual bool is_cancelled(toolrack_call call) noexcept = 0;
    virtual void grant(toolrack_call check, const toolrack_principal& who) noexcept = 0;
    virtual void refuse(toolrack_call check, toolrack_refusal kind, std::string_view why) noexcept = 0;
    virtual void forget(std::string_view credential) noexcept = 0;
    virtual void list_changed(std::string_view kind) noexcept = 0;
    virtual void resource_updated(std::string_view uri) noexcept = 0;
    virtual void report_degraded(std::string_view reason) noexcept = 0;

protected:
    ~host_functions() = default;
};

// The table that a plugin gets, with a reference to the functions behind it.
struct host_table : toolrack_host {
    explicit host_table(host_functions& behind);
    host_functions& functions;
};

inline std::string_view view(toolrack_str text) {
    return text.data ? std::string_view(text.data, text.size) : std::string_view();
}
inline toolrack_str view(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace toolrack::plugin
