// The messages between the host and a worker: the functions of toolrack/abi.h, and the start and stop of the process.
//
// Order: hello -> confined, described; create -> created; then list, start, cancel and watch in any order, answered by
// feature, listed, finished and the others; close, after which the worker exits. start_failed can replace confined,
// described or created, and ends the process. Texts are views: into a received frame, or of the sender's strings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace toolrack::plugin {

// Incremented with every change of a message: it detects programs of different builds.
inline constexpr std::uint32_t worker_protocol = 3;

// Threads of a worker for list(), besides those of its lane.
inline constexpr std::size_t listing_threads = 1;

// The descriptor of a worker's end of the socket.
inline constexpr int worker_socket = 3;

namespace to_worker {

struct hello {
    std::uint32_t protocol = worker_protocol;
    std::string_view name;         // the instance's
    std::string_view confinement;  // JSON, see confinement.hpp
    std::uint32_t threads = 1;
    std::uint32_t queue = 1;
    std::uint64_t longest = 0;  // frame that the host accepts
    static auto all_fields(auto& self) {
        return std::tie(self.protocol, self.name, self.confinement, self.threads, self.queue, self.longest);
    }
};
struct create {
    std::string_view options;  // may contain secrets
    static auto all_fields(auto& self) { return std::tie(self.options); }
};
// The answers carry `number`, so that a late one is not taken for the answer to the next list.
struct list {
    std::uint32_t number = 0;
    static auto all_fields(auto& self) { return std::tie(self.number); }
};
struct start {
    std::uint64_t call = 0;
    bool is_quick = false;
    std::string_view method, name, params, subject, issuer;
    std::vector<std::string_view> scopes;
    std::string_view client, responses, state, traceparent;
    std::int64_t deadline = 0;  // milliseconds since 1970
    static auto all_fields(auto& self) {
        return std::tie(self.call,
                        self.is_quick,
                        self.method,
                        self.name,
                        self.params,
                        self.subject,
                        self.issuer,
                        self.scopes,
                        self.client,
                        self.responses,
                        self.state,
                        self.traceparent,
                        self.deadline);
    }
};
struct cancel {
    std::uint64_t call = 0;
    static auto all_fields(auto& self) { return std::tie(self.call); }
};
struct watch {
    std::string_view uri;
    bool on = false;
    static auto all_fields(auto& self) { return std::tie(self.uri, self.on); }
};
// Cancels all calls, waits for them, and exits.
struct close {
    std::uint32_t grace = 0;  // milliseconds
    static auto all_fields(auto& self) { return std::tie(self.grace); }
};

using any = std::variant<hello, create, list, start, cancel, watch, close>;

}  // namespace to_worker

namespace from_worker {

// The reason is the end of a sentence about the library.
struct start_failed {
    std::string_view why;
    static auto all_fields(auto& self) { return std::tie(self.why); }
};
// The process is confined; nothing of the library has run yet. The restrictions that could not be applied, as sentences
// without a full stop: those that weaken the sandbox, and those for debugging.
struct confined {
    std::vector<std::string_view> warnings, debug;
    static auto all_fields(auto& self) { return std::tie(self.warnings, self.debug); }
};
struct described {
    std::string_view id, version;
    std::uint32_t abi_minor = 0;
    std::string_view description;
    static auto all_fields(auto& self) { return std::tie(self.id, self.version, self.abi_minor, self.description); }
};
struct created {
    bool offers_features = false;
    static auto all_fields(auto& self) { return std::tie(self.offers_features); }
};
struct feature {
    std::uint32_t list = 0;
    std::string_view kind, definition, attributes;
    static auto all_fields(auto& self) { return std::tie(self.list, self.kind, self.definition, self.attributes); }
};
struct listed {
    std::uint32_t list = 0;
    bool succeeded = false;
    static auto all_fields(auto& self) { return std::tie(self.list, self.succeeded); }
};
struct finished {
    std::uint64_t call = 0;
    std::int32_t outcome = 0;
    std::string_view json;
    static auto all_fields(auto& self) { return std::tie(self.call, self.outcome, self.json); }
};
// The answer exceeds the longest frame that the host accepts.
struct finished_too_long {
    std::uint64_t call = 0;
    std::uint64_t size = 0;
    static auto all_fields(auto& self) { return std::tie(self.call, self.size); }
};
// The call was never started: the lane was full, or it was cancelled in the queue.
struct dropped {
    std::uint64_t call = 0;
    static auto all_fields(auto& self) { return std::tie(self.call); }
};
struct notified {
    std::uint64_t call = 0;
    std::string_view method, params;
    static auto all_fields(auto& self) { return std::tie(self.call, self.method, self.params); }
};
struct logged {
    std::int32_t severity = 0;
    std::string_view line;
    static auto all_fields(auto& self) { return std::tie(self.severity, self.line); }
};
struct list_changed {
    std::string_view kind;
    static auto all_fields(auto& self) { return std::tie(self.kind); }
};
struct resource_updated {
    std::string_view uri;
    static auto all_fields(auto& self) { return std::tie(self.uri); }
};
// An empty reason: no longer degraded.
struct degraded {
    std::string_view reason;
    static auto all_fields(auto& self) { return std::tie(self.reason); }
};
using any = std::variant<start_failed,
                         described,
                         created,
                         feature,
                         listed,
                         finished,
                         finished_too_long,
                         dropped,
                         notified,
                         logged,
                         list_changed,
                         resource_updated,
                         confined,
                         degraded>;

}  // namespace from_worker

// The longest frames without their length field: from the host, more than the longest body; and from a worker, for a
// given server.max_result.
inline constexpr std::size_t longest_to_worker = std::size_t{3} * 1024 * 1024 * 1024;
constexpr std::size_t longest_from_worker(std::size_t max_result) {
    constexpr std::size_t least = 1024 * 1024, around_it = 64 * 1024, most = longest_to_worker;
    const auto longest = (max_result < least ? least : max_result) + around_it;
    return longest < most ? longest : most;
}

}  // namespace toolrack::plugin
