// The plugin callbacks: where what a plugin says arrives, wherever the plugin runs.
//
// Nothing that it says is believed. An answer is judged before anybody gets it, and goes to the call that it is
// for; one for a call that has ended, or was never given, is a logged stray. Thread-safe, and nothing throws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/pace.hpp"
#include "plugin/call_table.hpp"
#include "plugin/instance.hpp"
#include "wire/json.hpp"

namespace toolrack::plugin {

class plugin_callbacks {
public:
    plugin_callbacks(std::string name, const dependencies& around);

    call_table<answer>& calls() noexcept { return calls_; }
    const std::string& name() const noexcept { return name_; }

    // As an instance has it.
    std::size_t cut_off();

    void log_line(int kind, std::string_view line) noexcept;
    void notified(std::uint64_t call, std::string_view method, std::string_view params) noexcept;
    // Whether a call ended with an answer that is worth something.
    bool finished(std::uint64_t call, std::int32_t outcome, std::string_view json) noexcept;
    // The same of one that was too long to be brought here.
    void finished_too_long(std::uint64_t call, std::uint64_t size) noexcept;
    void list_changed(std::string_view kind) noexcept;
    void resource_updated(std::string_view uri) noexcept;
    void report_degraded(std::string_view what) noexcept;
    // Of where it runs, and not its own word: how its worker ended.
    void died(const std::string& why, bool is_suspended) noexcept;
    plugin::health& health() noexcept { return health_; }
    plugin::condition condition() const;
    void stray(const char* what, std::uint64_t call) noexcept;

private:
    answer judged(std::int32_t outcome, std::string_view json) const;
    answer refused(std::string_view why) const;

    std::string name_;
    dependencies around_;
    log& log_;
    wire::json_limits limits_;
    call_table<answer> calls_;
    plugin::health health_;
    pace strays_logged_{100};
};

// Sets what is numbered by one instance apart from what others number, process-wide.
std::uint32_t next_number();

}  // namespace toolrack::plugin
