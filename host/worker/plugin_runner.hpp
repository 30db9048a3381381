// The plugin runner: executes the host's requests with the one plugin of this process.
//
// One thread reads requests and runs quick features; the lanes run the others. The plugin's answers are sent unchecked:
// the host validates them, because the plugin could have modified any check in this process.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "plugin/host_table.hpp"
#include "plugin/lane.hpp"
#include "plugin/library.hpp"
#include "plugin/plugin_handle.hpp"
#include "plugin/watch_strand.hpp"
#include "worker/host_channel.hpp"
#include "worker/open_calls.hpp"

namespace toolrack::worker {

class plugin_runner final : private plugin::host_functions {
public:
    // `host` outlives it.
    plugin_runner(host_channel& host, const to_worker::hello& hello);

    // The error is the end of a sentence.
    result<from_worker::created, complaint> create(std::shared_ptr<const plugin::library> library,
                                                   std::string_view options);
    // Returns after the host's close message; false when a call or thread did not return in time.
    bool serve();

private:
    void list(std::uint32_t number);
    void start(const to_worker::start& message);
    void cancel(std::uint64_t call);
    void watch(std::string_view uri, bool on);
    bool close(std::chrono::milliseconds grace);
    bool is_too_long(std::string_view text) const noexcept;

    // host_functions
    void log_line(std::int32_t severity, std::string_view line) noexcept override;
    void notify(std::uint64_t call, std::string_view method, std::string_view params) noexcept override;
    void finish(std::uint64_t call, std::int32_t outcome, std::string_view json) noexcept override;
    bool is_cancelled(std::uint64_t call) noexcept override { return calls_.is_cancelled(call); }
    void list_changed(std::string_view kind) noexcept override;
    void resource_updated(std::string_view uri) noexcept override;
    void report_degraded(std::string_view reason) noexcept override;
    // Auth backends cannot run in a worker.
    void grant(std::uint64_t, const toolrack_principal&) noexcept override {}
    void refuse(std::uint64_t, std::int32_t, std::string_view) noexcept override {}
    void forget(std::string_view) noexcept override {}

    host_channel& host_;
    const std::uint64_t longest_frame_;  // that the host accepts
    open_calls calls_;
    plugin::lane lane_, listing_lane_;
    plugin::watch_strand watches_{lane_};
    plugin::host_table table_{*this};
    std::unique_ptr<plugin::plugin_handle> plugin_;
};

}  // namespace toolrack::worker
