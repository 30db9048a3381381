// An instance: one configured plugin.
//
// The interface of plugins for all other rooms. It does not show where the plugin runs: in this process
// (make_host_instance) or in a worker process (make_worker_instance).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/cgroup.hpp"
#include "base/child.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "config/config.hpp"
#include "identity/principal.hpp"
#include "identity/refusal.hpp"
#include "plugin/health.hpp"
#include "plugin/in_flight.hpp"
#include "plugin/library.hpp"

namespace toolrack::plugin {

// One thing that a client can list, as the plugin emitted it.
struct feature {
    std::string kind;        // "tool", "prompt", "resource", "template"
    std::string definition;  // JSON, not yet checked
    std::string attributes;  // JSON, not yet checked
};

// The end of a call, with checked JSON.
struct answer {
    enum class kind {
        done,            // json is the MCP result object
        input_required,  // json is {"inputRequests"?, "state"?}
        failed,          // json is {"code", "message", "data"?}
        busy,            // the lane is full; nothing was started
        invalid,         // the plugin's answer was rejected; the log has the reason
        lost,            // the worker exited during the call, which may or may not have completed
        suspended        // the worker exited too often and is suspended; nothing was started
    };
    kind kind = kind::failed;
    std::string json;
};

// One call. The views are used only until start() returns.
struct request {
    std::string_view method;
    std::string_view name;
    std::string_view params;
    std::string_view client;
    std::string_view responses;
    std::string_view state;
    std::string_view traceparent;
    const identity::principal& principal;
    std::chrono::system_clock::time_point deadline;
};

// Bits that an auth backend declares (TOOLRACK_AUTH_* of the ABI).
enum auth_trait : std::uint64_t {
    quick = 1,      // decides without waiting
    tokenless = 2,  // may grant without a token
    open = 4        // grants everyone
};

// The facts that a backend gets about a client. The views are used only until authenticate() returns.
struct credentials {
    std::string_view token;
    std::string_view resource;
    std::string_view peer;
    std::int64_t peer_uid = -1;
    std::int64_t peer_gid = -1;
    std::string_view certificate;  // the client's, DER and verified; empty: none
};

// A backend's answer.
struct auth_result {
    enum class kind { granted, refused, passed };
    kind kind = kind::refused;
    identity::grant grant;                                       // granted
    identity::refusal refusal = identity::refusal::unavailable;  // refused
    std::string why;                                             // for the log, never for the client
    std::chrono::seconds keep{};                                 // granted: for how long the host may reuse the grant
};

using call = std::shared_ptr<in_flight<answer>>;
using auth_check = std::shared_ptr<in_flight<auth_result>>;

class instance {
public:
    virtual ~instance() = default;
    instance(const instance&) = delete;
    instance& operator=(const instance&) = delete;

    virtual const std::string& name() const noexcept = 0;
    virtual const description& about() const noexcept = 0;
    virtual const config::plugin& settings() const noexcept = 0;

    // The current features. Blocks: for start and reload. The error is the end of a sentence.
    virtual result<std::vector<feature>, complaint> list() = 0;

    // Starts a call; the answer arrives in the returned object, for a quick feature perhaps before the return.
    // Called on the request's I/O thread, which is `owner`.
    virtual call start(const request& request,
                       bool quick,
                       executor owner,
                       in_flight<answer>::notification_handler on_notification) = 0;
    // Abandons the call and informs the plugin.
    virtual void cancel(const call& abandoned) = 0;

    // Interrupts all calls, because the server shuts down. Returns how many had a waiter. Any thread.
    virtual std::size_t interrupt_calls() = 0;

    // The first client subscribed to the resource, or the last one unsubscribed. Any thread.
    virtual void watch(std::string_view uri, bool on) = 0;

    virtual bool offers_features() const noexcept = 0;

    // Auth backends only: bits of auth_trait, 0 for others.
    virtual std::uint64_t auth_traits() const noexcept = 0;
    virtual bool offers_auth() const noexcept = 0;
    virtual auth_check authenticate(const credentials& shown, executor owner) = 0;
    // The backend's metadata for OAuth clients, as unchecked JSON; empty: none. Blocks: for start and reload.
    virtual result<std::string, complaint> auth_metadata() { return std::string(); }

    // Whether its worker is suspended because it kept exiting. Any thread.
    virtual bool is_suspended() const noexcept { return false; }
    // Any thread.
    virtual instance_status status() const = 0;

    // Waits for the calls in flight, at most for `grace`; false when some did not return.
    virtual bool close(std::chrono::milliseconds grace) = 0;

protected:
    instance() = default;
};

// Callbacks for what happens outside any call. Called on any thread.
struct events {
    std::function<void(std::string_view kind)> list_changed;  // "tool", "prompt", "resource"
    std::function<void(std::string_view uri)> resource_updated;
    // An empty credential: all of this backend.
    std::function<void(std::string_view backend, std::string_view credential)> credential_revoked;
    std::function<void(std::string_view instance)> worker_exited = {};  // without having been stopped
};

// All of it outlives the instances.
struct dependencies {
    toolrack::log& log;
    const toolrack::clock& clock;
    const plugin::events& events;
    std::size_t max_result = 16 * 1024 * 1024;
    std::size_t json_depth = 64;
    std::filesystem::path state = {};     // the server's state folder, which contains those of the plugins; empty: none
    const cgroup_tree* groups = nullptr;  // parent of each worker's cgroup; null: none
};

// Bounds that hold wherever a plugin runs.
inline constexpr auto setup_limit = std::chrono::seconds(30);  // for create() and list()
inline constexpr std::size_t most_open_calls = 4096;
inline constexpr std::size_t most_features = 100'000;

// The plugin runs in this process. The error is the end of a sentence about it.
result<std::shared_ptr<instance>, complaint>
make_host_instance(std::shared_ptr<const library> library, const config::plugin& settings, const dependencies& around);

// The plugin runs in a worker process: `program` is toolrack-worker and outlives the instance, `library` is a private
// copy of the file.
result<std::shared_ptr<instance>, complaint> make_worker_instance(const program& program,
                                                                  const std::filesystem::path& library,
                                                                  const config::plugin& settings,
                                                                  const dependencies& around);

}  // namespace toolrack::plugin
