#include "auth/gate.hpp"

#include <algorithm>
#include <utility>

#include "auth/bearer_token.hpp"
#include "token/bearer.hpp"

namespace toolrack::auth {
namespace {

constexpr auto longest_check = std::chrono::seconds(10);

class admitted final : public identity::principal {
public:
    admitted(identity::grant granted,
             std::shared_ptr<identity::usage_counters> own,
             std::shared_ptr<identity::usage_counters> source)
        : principal(std::move(granted), std::move(own), std::move(source)) {}
};

// A truncated or mistyped token of ours is a mistake, not a guess.
bool is_damaged(std::string_view token) { return token.starts_with(token::prefix) && !token::id_of(token); }

}  // namespace

gate::gate(std::vector<std::shared_ptr<plugin::instance>> backends, rules rules, const dependencies& around)
    : backends_(std::move(backends)), remembered_(backends_.size()), rules_(std::move(rules)), around_(around),
      decisions_(around.registry, backends_) {
    for (std::size_t i = 0; i < backends_.size(); ++i)
        remembered_[i] = around_.remembered_grants.has_grants_of(backends_[i]->name());
}

awaitable<result<identity::principal, denial>> gate::admit(const identity::request_facts& shown, executor home) const {
    const auto token = bearer_token(shown);
    if (!token && token.error() != identity::refusal::no_token) co_return denial{token.error()};
    const plugin::credentials credentials{token ? *token : std::string_view(),
                                          rules_.resource,
                                          shown.peer,
                                          shown.peer_uid,
                                          shown.peer_gid,
                                          shown.certificate};

    // A grant that was overtaken by a revocation may be revoked, so the backend is asked again.
    constexpr int most_tries = 3;
    for (int tries = 0; tries < most_tries; ++tries) {
        const auto epoch = around_.open_streams.epoch();
        const auto now = around_.clock.steady();
        auto who = co_await authenticate(credentials, home, now);
        if (!who) co_return deny(who.error(), shown, credentials.token);
        if (epoch != around_.open_streams.epoch()) continue;
        who->revocation_epoch = epoch;
        co_return make_principal(std::move(*who), shown, now);
    }
    co_return denial{identity::refusal::unavailable};
}

identity::principal
gate::make_principal(identity::grant&& who, const identity::request_facts& shown, bucket::time now) const {
    auto own = around_.usage_table.of(who.issuer, who.subject, now);
    auto source = shown.source ? around_.usage_table.of(*shown.source, now) : nullptr;
    return admitted(std::move(who), std::move(own), std::move(source));
}

denial gate::deny(identity::refusal why, const identity::request_facts& shown, std::string_view token) const {
    if (why != identity::refusal::bad_token || is_damaged(token)) return {why};
    const auto id = token::id_of(token).value_or("");
    const auto wait =
        around_.throttle.record_failure(shown.source, id, rules_.failures_per_minute, around_.clock.steady());
    if (wait == bucket::duration::zero()) return {why};
    return {identity::refusal::too_many_failures, std::chrono::ceil<std::chrono::milliseconds>(wait)};
}

awaitable<result<identity::grant, identity::refusal>>
gate::authenticate(const plugin::credentials& credentials, executor home, bucket::time now) const {
    const bool has_token = !credentials.token.empty();
    for (std::size_t i = 0; i < backends_.size(); ++i) {
        const auto& backend = backends_[i];
        if (!has_token && !(backend->auth_traits() & plugin::auth_trait::tokenless)) continue;

        if (has_token && remembered_[i].load(std::memory_order_relaxed)) {
            const auto key = around_.remembered_grants.key_of(credentials);
            if (auto found = around_.remembered_grants.find(key, backend, around_.clock)) {
                decisions_.count_remembered(i);
                set_shared_issuer(*found);
                co_return std::move(*found);
            }
        }

        const auto epoch = around_.remembered_grants.epoch();
        // Not in a coroutine of its own: most backends answer at once.
        const auto check = backend->authenticate(credentials, home);
        if (!check->is_answered()) co_await check->wait(std::chrono::steady_clock::now() + longest_check);
        auto taken = check->take();
        auto& answer = taken ? *taken : taken.emplace(timed_out(*backend, *check));
        decisions_.count(i, answer);
        switch (answer.kind) {
        case plugin::auth_result::kind::granted:
            if (has_token && answer.keep > std::chrono::seconds::zero()) {
                const auto key = around_.remembered_grants.key_of(credentials);
                around_.remembered_grants.add(key, backend, answer.grant, answer.keep, {epoch, now});
                remembered_[i].store(true, std::memory_order_relaxed);
            }
            set_shared_issuer(answer.grant);
            co_return std::move(answer.grant);
        case plugin::auth_result::kind::passed: continue;
        case plugin::auth_result::kind::refused:
            log_refusal(*backend, credentials.peer, answer);
            co_return answer.refusal;
        }
    }
    const auto why = has_token ? identity::refusal::bad_token : identity::refusal::no_token;
    decisions_.count_undecided(why);
    co_return why;
}

plugin::auth_result gate::timed_out(plugin::instance& backend, plugin::auth_check::element_type& check) const {
    check.abandon();
    around_.log.error("{} did not answer within {} s: the request was refused", backend.name(), longest_check.count());
    plugin::auth_result none;
    none.refusal = identity::refusal::unavailable;
    none.why = "no answer in time";
    return none;
}

// A remembered grant has the issuer from the backend, because shared_subjects can change with a reload.
void gate::set_shared_issuer(identity::grant& who) const {
    if (std::ranges::find(rules_.shared_subjects, who.backend) != rules_.shared_subjects.end())
        who.issuer = rules_.shared_subjects.front();
}

void gate::log_refusal(const plugin::instance& backend,
                       std::string_view peer,
                       const plugin::auth_result& answer) const {
    if (!refusals_logged_.allows_another()) return;
    around_.log.info("{} refused a caller from {}: {}",
                     backend.name(),
                     peer,
                     answer.why.empty() ? identity::sentence(answer.refusal) : std::string_view(answer.why));
}

identity::principal gate::stdio_principal(std::string subject, usage_table& usage_table, bucket::time now) {
    identity::grant who;
    who.subject = std::move(subject);
    who.issuer = "stdio";
    who.credential = "stdio";
    who.scopes = {"*"};
    auto own = usage_table.of(who.issuer, who.subject, now);
    return admitted(std::move(who), std::move(own), nullptr);
}

}  // namespace toolrack::auth
