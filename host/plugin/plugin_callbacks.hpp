// The callbacks of one instance: validates what a plugin reports and routes it, wherever the plugin runs.
//
// Nothing from a plugin is trusted. An answer is validated before it is delivered to its call; an answer for an unknown
// or ended call is logged and dropped. Thread-safe, and nothing throws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/limited_log.hpp"
#include "plugin/call_table.hpp"
#include "plugin/instance.hpp"
#include "wire/json.hpp"

namespace toolrack::plugin {

class plugin_callbacks {
public:
    plugin_callbacks(std::string name, const dependencies& around);

    call_table<answer>& calls() noexcept { return calls_; }
    const std::string& name() const noexcept { return name_; }

    std::size_t interrupt_calls();

    void log_line(int severity, std::string_view line) noexcept;
    void notify(std::uint64_t call, std::string_view method, std::string_view params) noexcept;
    // True when a call ended with a valid answer.
    bool finish(std::uint64_t call, std::int32_t outcome, std::string_view json) noexcept;
    // For an answer that exceeds the frame limit, of which only the size arrived.
    void finish_too_long(std::uint64_t call, std::uint64_t size) noexcept;
    void list_changed(std::string_view kind) noexcept;
    void resource_updated(std::string_view uri) noexcept;
    void report_degraded(std::string_view reason) noexcept;
    // From the supervisor, not from the plugin.
    void worker_exited(const std::string& why, bool is_suspended) noexcept;
    plugin::health& health() noexcept { return health_; }
    instance_status status() const;
    void log_unknown_call(const char* what, std::uint64_t call) noexcept;

private:
    answer validate(std::int32_t outcome, std::string_view json) const;
    answer reject(std::string_view why) const;

    std::string name_;
    dependencies around_;
    wire::json_limits limits_;
    call_table<answer> calls_;
    plugin::health health_;
    mutable limited_log log_;  // every line that the plugin can cause
};

// A number that no other call table of this process has as its upper bits.
std::uint32_t next_table_number();

}  // namespace toolrack::plugin
