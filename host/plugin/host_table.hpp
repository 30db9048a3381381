// The boundary, host side: the function tables that plugins call, and nothing but their translation.
#pragma once

#include <toolrack/abi.h>

#include <cstdint>
#include <string_view>

namespace toolrack::plugin {

// What an instance is told by its plugin. [any] thread, concurrently; nothing here throws.
class told {
public:
    virtual void log_line(toolrack_severity severity, std::string_view line) noexcept = 0;
    virtual void notified(toolrack_call call, std::string_view method, std::string_view params) noexcept = 0;
    virtual void finished(toolrack_call call, toolrack_outcome outcome, std::string_view json) noexcept = 0;
    virtual bool is_cancelled(toolrack_call call) noexcept = 0;
    virtual void granted(toolrack_call check, const toolrack_principal& who) noexcept = 0;
    virtual void refused(toolrack_call check, toolrack_refusal kind, std::string_view why) noexcept = 0;
    virtual void forgotten(std::string_view credential) noexcept = 0;
    virtual void list_changed(std::string_view kind) noexcept = 0;
    virtual void resource_updated(std::string_view uri) noexcept = 0;
    virtual void report_degraded(std::string_view what) noexcept = 0;

protected:
    ~told() = default;
};

// The host as one instance sees it: the table, and behind it who is spoken to.
struct host_view : toolrack_host {
    explicit host_view(told& to);
    told& to;
};

inline std::string_view view(toolrack_str text) {
    return text.data ? std::string_view(text.data, text.size) : std::string_view();
}
inline toolrack_str view(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace toolrack::plugin
