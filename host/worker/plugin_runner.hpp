// The plugin runner: does in this process what the host asks, with the one plugin that it has.
//
// It reads on one thread, which quick features run on, too, and works on the lanes. What the plugin says goes to
// the host as it is: it is judged there, because here the plugin could have changed the judge.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "plugin/plugin_handle.hpp"
#include "plugin/host_table.hpp"
#include "plugin/lane.hpp"
#include "plugin/library.hpp"
#include "plugin/watch_queue.hpp"
#include "worker/host_channel.hpp"
#include "worker/open_calls.hpp"

namespace toolrack::worker {

class plugin_runner final : private plugin::told {
public:
    // `host` outlives it.
    plugin_runner(line& host, const to_worker::hello& hello);

    // The error is the end of a sentence.
    result<from_worker::created, complaint> create(std::shared_ptr<const plugin::library> library,
                                                   std::string_view options);
    // Until the host has it close, and everything has come to its end; false when something did not in time.
    bool serve();

private:
    void list(std::uint32_t number);
    void start(const to_worker::start& asked);
    void work(std::string_view frame);
    void cancel(std::uint64_t call);
    void watch(std::string_view uri, bool on);
    bool close(std::chrono::milliseconds grace);
    bool is_too_long(std::string_view text) const noexcept;

    // told, by any thread of the plugin
    void log_line(std::int32_t severity, std::string_view line) noexcept override;
    void notified(std::uint64_t call, std::string_view method, std::string_view params) noexcept override;
    void finished(std::uint64_t call, std::int32_t outcome, std::string_view json) noexcept override;
    bool is_cancelled(std::uint64_t call) noexcept override { return calls_.is_cancelled(call); }
    void list_changed(std::string_view kind) noexcept override;
    void resource_updated(std::string_view uri) noexcept override;
    void report_degraded(std::string_view what) noexcept override;
    // Nobody asks a worker who somebody is.
    void granted(std::uint64_t, const toolrack_principal&) noexcept override {}
    void refused(std::uint64_t, std::int32_t, std::string_view) noexcept override {}
    void forgotten(std::string_view) noexcept override {}

    line& host_;
    const std::uint64_t longest_;
    open_calls calls_;
    plugin::lane lane_, listing_lane_;
    plugin::watch_queue watches_{lane_};
    plugin::host_view view_{*this};
    std::unique_ptr<plugin::plugin_handle> plugin_handle_;
};

}  // namespace toolrack::worker
