// What the host says to a worker, and a worker to the host: the functions of toolrack/abi.h as messages.
//
// In the order of a life: hello, confined, described; create, created (or unfit, in place of any of these, and the
// end); then list, start, cancel and watch as they come, with feature, listed, finished and the rest on the way back;
// and close, after which the worker ends by itself. Texts are views: of a frame that was read, or of who speaks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace toolrack::plugin {

// Changes whenever a message does: host and worker are of one build, and this is how they know.
inline constexpr std::uint32_t worker_protocol = 3;

// Besides those of its lane, a worker has one thread that lists.
inline constexpr std::size_t listing_threads = 1;

// Where a worker finds its end of the socket.
inline constexpr int worker_socket = 3;

namespace to_worker {

// Who it is, and what it is given.
struct hello {
    std::uint32_t protocol = worker_protocol;
    std::string_view name;         // the instance's
    std::string_view confinement;  // JSON, see plugin/confinement: what it may have, its library first of all
    std::uint32_t threads = 1;
    std::uint32_t queue = 1;
    std::uint64_t longest = 0;  // frame that the host takes
    static auto all_fields(auto& self) {
        return std::tie(self.protocol, self.name, self.confinement, self.threads, self.queue, self.longest);
    }
};
struct create {
    std::string_view options;  // may hold secrets
    static auto all_fields(auto& self) { return std::tie(self.options); }
};
// `number` comes back with all that is listed, so that a late answer is not taken for the next one.
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
        return std::tie(self.call, self.is_quick, self.method, self.name, self.params, self.subject, self.issuer,
                        self.scopes, self.client, self.responses, self.state, self.traceparent, self.deadline);
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
// Cancels everything, waits for it, and ends.
struct close {
    std::uint32_t grace = 0;  // milliseconds
    static auto all_fields(auto& self) { return std::tie(self.grace); }
};

using any = std::variant<hello, create, list, start, cancel, watch, close>;

}  // namespace to_worker

namespace from_worker {

// It cannot go on, and why, as the end of a sentence about the library.
struct unfit {
    std::string_view why;
    static auto all_fields(auto& self) { return std::tie(self.why); }
};
// It is confined for good, and nothing of the library has run yet. Sentences without their end, about what was asked
// for and could not be had: gaps in the walls, and what is good to know.
struct confined {
    std::vector<std::string_view> gaps, remarks;
    static auto all_fields(auto& self) { return std::tie(self.gaps, self.remarks); }
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
    bool is_known = false;
    static auto all_fields(auto& self) { return std::tie(self.list, self.is_known); }
};
struct finished {
    std::uint64_t call = 0;
    std::int32_t outcome = 0;
    std::string_view json;
    static auto all_fields(auto& self) { return std::tie(self.call, self.outcome, self.json); }
};
// It was finished with more than the host takes.
struct finished_too_long {
    std::uint64_t call = 0;
    std::uint64_t size = 0;
    static auto all_fields(auto& self) { return std::tie(self.call, self.size); }
};
// It was never begun: the lane was full, or it was cancelled before its turn.
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
// What is wrong with it, as it says itself; empty: nothing any more.
struct degraded {
    std::string_view what;
    static auto all_fields(auto& self) { return std::tie(self.what); }
};
using any = std::variant<unfit, described, created, feature, listed, finished, finished_too_long, dropped, notified,
                         logged, list_changed, resource_updated, confined, degraded>;

}  // namespace from_worker

// The longest frames without their length: what a worker takes from its host, which is as long as a body may be
// and more; and what a host takes from a worker, for a given server.max_result.
inline constexpr std::size_t longest_to_worker = std::size_t{3} * 1024 * 1024 * 1024;
constexpr std::size_t longest_from_worker(std::size_t max_result) {
    constexpr std::size_t least = 1024 * 1024, around_it = 64 * 1024, most = longest_to_worker;
    const auto longest = (max_result < least ? least : max_result) + around_it;
    return longest < most ? longest : most;
}

}  // namespace toolrack::plugin
