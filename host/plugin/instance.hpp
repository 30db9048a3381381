// An instance: one configured plugin, ready to be asked.
//
// This is all that the other rooms know of plugins, and nothing in it says where the plugin runs: in
// this process (make_host_instance) or in one of its own (make_worker_instance).
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
#include "plugin/health.hpp"
#include "plugin/in_flight.hpp"
#include "plugin/library.hpp"
#include "identity/principal.hpp"
#include "identity/refusal.hpp"

namespace toolrack::plugin {

// A thing that a client can list, as the plugin put it.
struct feature {
    std::string kind;        // "tool", "prompt", "resource", "template"
    std::string definition;  // JSON, not yet checked
    std::string attributes;  // JSON, not yet checked
};

// How a call ended, with JSON that has been checked.
struct answer {
    enum class kind {
        done,            // json is the MCP result object
        input_required,  // json is {"inputRequests"?, "state"?}
        failed,          // json is {"code", "message", "data"?}
        busy,            // the lane is full; nothing was started
        invalid,         // the plugin's answer was not acceptable; the log says why
        lost,            // its worker ended meanwhile: it may have been done, or not
        suspended          // its worker ended too often to be started again at once; nothing was started
    };
    kind kind = kind::failed;
    std::string json;
};

// One call, as views that need to live until start() returns.
struct request {
    std::string_view method;
    std::string_view name;
    std::string_view params;
    std::string_view client;
    std::string_view responses;
    std::string_view state;
    std::string_view traceparent;
    const identity::principal& who;
    std::chrono::system_clock::time_point deadline;
};

// What a backend says of itself (TOOLRACK_AUTH_* of the ABI).
enum auth_trait : std::uint64_t {
    quick = 1,      // decides without waiting
    tokenless = 2,  // may grant without a token
    open = 4        // grants everyone
};

// What a backend may know of a caller.
struct credentials {
    std::string_view token;
    std::string_view resource;
    std::string_view peer;
    std::int64_t peer_uid = -1;
    std::int64_t peer_gid = -1;
    std::string_view certificate;  // the client's, DER and verified; empty when none
};

// A backend's answer.
struct verdict {
    enum class kind { granted, refused, passed };
    kind kind = kind::refused;
    identity::grant who;                                // granted
    identity::refusal refusal = identity::refusal::unavailable;  // refused
    std::string why;                                   // for the log, never for the client
};

using call = std::shared_ptr<in_flight<answer>>;
using check = std::shared_ptr<in_flight<verdict>>;

class instance {
public:
    virtual ~instance() = default;
    instance(const instance&) = delete;
    instance& operator=(const instance&) = delete;

    virtual const std::string& name() const noexcept = 0;
    virtual const description& about() const noexcept = 0;
    virtual const config::plugin& settings() const noexcept = 0;

    // What it offers now. Blocks: for start-up and reload. The error is the end of a sentence.
    virtual result<std::vector<feature>, complaint> list() = 0;

    // Begins a call; the answer arrives in what is returned. A quick one may have been answered by
    // then. Called on the request's I/O thread.
    virtual call start(const request& request, bool quick, executor home, in_flight<answer>::notice noticed) = 0;
    // Nobody waits for this call any more; its plugin is told.
    virtual void cancel(const call& abandoned) = 0;

    // Whoever waits for an answer goes on without one. How many were waited for. Any thread.
    virtual std::size_t cut_off() = 0;

    // The first listener to a resource came, or the last one left. Any thread.
    virtual void watch(std::string_view uri, bool on) = 0;

    virtual bool offers_features() const noexcept = 0;

    // Auth backends only: which of auth_trait, 0 when it is none.
    virtual std::uint64_t auth_traits() const noexcept = 0;
    virtual bool offers_auth() const noexcept = 0;
    virtual check authenticate(const credentials& shown, executor home) = 0;
    // What OAuth clients should know of it, as JSON that nobody has checked; empty when nothing. Blocks: for
    // start-up and reload.
    virtual result<std::string, complaint> auth_metadata() { return std::string(); }

    // Whether it has been given up on for now, because its worker ended again and again. Any thread.
    virtual bool is_suspended() const noexcept { return false; }
    // The same in words, and what it says is wrong with it. Any thread.
    virtual plugin::condition condition() const = 0;

    // Waits for its calls, but not past `grace`; false when some never came back.
    virtual bool close(std::chrono::milliseconds grace) = 0;

protected:
    instance() = default;
};

// What plugins say of themselves, unasked. Called on any thread.
struct changes {
    std::function<void(std::string_view kind)> list_changed;      // "tool", "prompt", "resource"
    std::function<void(std::string_view uri)> resource_updated;
    std::function<void(std::string_view backend, std::string_view credential)> forgotten;  // empty: all of them
    std::function<void(std::string_view instance)> died = {};  // its worker, and not because it was told to end
};

// What instances are made among; all of it outlives them.
struct dependencies {
    toolrack::log& log;
    const toolrack::clock& clock;
    const plugin::changes& changes;
    std::size_t max_result = 16 * 1024 * 1024;
    std::size_t json_depth = 64;
    std::filesystem::path state = {};  // the server's own folder, in which plugins have theirs; empty: there is none
    const cgroup_tree* groups = nullptr;  // in which each worker has its own; null: there is none
};

// Bounds that hold wherever a plugin runs.
inline constexpr auto setup_limit = std::chrono::seconds(30);  // for create() and list()
inline constexpr std::size_t most_open_calls = 4096;
inline constexpr std::size_t most_features = 100'000;

// Makes an instance that runs in this process. The error is the end of a sentence about it.
result<std::shared_ptr<instance>, complaint> make_host_instance(std::shared_ptr<const library> library,
                                                                const config::plugin& settings,
                                                                const dependencies& around);

// Makes one that runs in a process of its own: `program` is toolrack-worker and outlives it, `library` a private
// copy of the file.
result<std::shared_ptr<instance>, complaint> make_worker_instance(const program& program,
                                                                  const std::filesystem::path& library,
                                                                  const config::plugin& settings,
                                                                  const dependencies& around);

}  // namespace toolrack::plugin
