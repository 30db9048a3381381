// The gate: authenticates requests. Only it makes principals.
//
// It asks the configured backends in order: "pass" continues with the next one, and any other answer is final, also an
// error. Without a token, it asks only backends that accept requests without one. A grant is remembered for as long as
// its backend allows. In any doubt the request is refused.
//
// One for each generation. Used by all I/O threads.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "auth/decision_counters.hpp"
#include "auth/open_streams.hpp"
#include "auth/remembered_grants.hpp"
#include "auth/throttle.hpp"
#include "auth/usage_table.hpp"
#include "base/asio.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/pace.hpp"
#include "config/config.hpp"
#include "identity/principal.hpp"
#include "identity/refusal.hpp"
#include "identity/request_facts.hpp"
#include "plugin/instance.hpp"

namespace toolrack::auth {

struct denial {
    identity::refusal why;
    std::chrono::milliseconds wait{};  // with too_many_failures: until the next attempt
};

class gate {
public:
    struct rules {
        std::string resource;  // canonical URI of this server: the required audience of signed tokens
        std::vector<std::string> shared_subjects;  // names of backends that share one namespace of subjects
        std::size_t failures_per_minute = config::call_limits{}.failures_per_minute;
    };
    // They outlive every gate.
    struct dependencies {
        const auth::open_streams& open_streams;
        auth::remembered_grants& remembered_grants;
        auth::usage_table& usage_table;
        auth::throttle& throttle;
        const toolrack::clock& clock;
        toolrack::log& log;
        metrics::registry* registry = nullptr;  // null: nothing is counted
    };
    // Every backend offers auth.
    gate(std::vector<std::shared_ptr<plugin::instance>> backends, rules rules, const dependencies& around);

    // Never throws. `shown` must stay valid until it returns.
    //
    // A valid token is always accepted: failures from the same source, or with the same token id, delay only the
    // clients that fail, too.
    awaitable<result<identity::principal, denial>> admit(const identity::request_facts& shown, executor home) const;

    // The principal of the stdio transport: the user who started this process, with the configured name and every
    // scope. The specification leaves credentials to the environment there. (2026-07-28, basic, "Auth".)
    static identity::principal stdio_principal(std::string subject, usage_table& usage_table, bucket::time now);

private:
    identity::principal
    make_principal(identity::grant&& who, const identity::request_facts& shown, bucket::time now) const;
    denial deny(identity::refusal why, const identity::request_facts& shown, std::string_view token) const;
    awaitable<result<identity::grant, identity::refusal>>
    authenticate(const plugin::credentials& credentials, executor home, bucket::time now) const;
    plugin::auth_result timed_out(plugin::instance& backend, plugin::auth_check::element_type& check) const;
    void set_shared_issuer(identity::grant& who) const;
    void log_refusal(const plugin::instance& backend, std::string_view peer, const plugin::auth_result& answer) const;

    const std::vector<std::shared_ptr<plugin::instance>> backends_;
    // By index of the backend: whether it may have remembered grants. For others no key is computed.
    mutable std::vector<std::atomic<bool>> remembered_;
    const rules rules_;
    const dependencies around_;
    const auth::decision_counters decisions_;
    mutable pace refusals_logged_{10};
};

}  // namespace toolrack::auth
