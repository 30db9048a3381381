// The gate: turns what a request shows into who is asking.
//
// Asks the configured backends in order: one that says "not a credential of mine" passes the question
// on, any other answer ends it, and an error never falls through to the next. Without a token only
// backends that can do without one are asked. Any doubt is a refusal, and nobody left to ask is one.
//
// The only maker of principals. Immutable; used by all I/O threads at once.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "auth/account.hpp"
#include "auth/decisions.hpp"
#include "auth/throttle.hpp"
#include "auth/open_streams.hpp"
#include "base/asio.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/pace.hpp"
#include "config/config.hpp"
#include "plugin/instance.hpp"
#include "identity/request_facts.hpp"
#include "identity/principal.hpp"
#include "identity/refusal.hpp"

namespace toolrack::auth {

// Why somebody is not let in; with a wait, when it is for trying too often.
struct denial {
    identity::refusal why;
    std::chrono::milliseconds wait{};
};

class gate {
public:
    struct rules {
        std::string resource;                  // our canonical URI: the audience that signed tokens must name
        std::vector<std::string> same_people;  // backends whose subjects are one and the same, by name
        std::size_t failures_per_minute = config::call_limits{}.failures_per_minute;
    };
    // What is there for longer than any gate.
    struct dependencies {
        const auth::open_streams& open_streams;
        auth::accounts& accounts;
        auth::throttle& throttle;
        const toolrack::clock& clock;
        toolrack::log& log;
        metrics::figures* figures = nullptr;  // null: nothing is counted
    };
    // Every backend offers auth.
    gate(std::vector<std::shared_ptr<plugin::instance>> backends, rules rules, const dependencies& around);

    // A refusal is an answer, not an error: this never throws. `shown` must stay good until it returns.
    //
    // What is shown is always checked: that others fail from the same place, or for the same token, changes only
    // what those hear who fail, too.
    awaitable<result<identity::principal, denial>> admit(const identity::request_facts& shown, executor home) const;

    // Who asks over stdio: whoever started this process, by the name that the configuration gives, with
    // every scope. The specification leaves credentials there to the environment. (2026-07-28, basic, "Auth".)
    static identity::principal local_user(std::string subject, accounts& accounts, bucket::time now);

private:
    identity::principal welcome(identity::grant who, const identity::request_facts& shown) const;
    denial turn_away(identity::refusal why, const identity::request_facts& shown, std::string_view token) const;
    awaitable<result<identity::grant, identity::refusal>> identify(const plugin::credentials& credentials,
                                                              executor home) const;
    void say_why(const plugin::instance& backend, std::string_view peer, const plugin::verdict& answer) const;
    awaitable<plugin::verdict> ask(plugin::instance& backend,
                                   const plugin::credentials& shown,
                                   executor home) const;

    std::vector<std::shared_ptr<plugin::instance>> backends_;
    const rules rules_;
    const dependencies around_;
    const auth::decisions decisions_;
    mutable pace refusals_logged_{10};
};

}  // namespace toolrack::auth
