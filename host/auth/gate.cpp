#include "auth/gate.hpp"

#include <algorithm>

#include "auth/credential.hpp"
#include "token/bearer.hpp"

namespace toolrack::auth {
namespace {

constexpr auto longest_check = std::chrono::seconds(10);

// A token of ours that was cut or mistyped: its holder's mistake, and no guess.
bool is_damaged(std::string_view token) { return token.starts_with(token::prefix) && !token::id_of(token); }

}  // namespace

gate::gate(std::vector<std::shared_ptr<plugin::instance>> backends, rules rules, const dependencies& around)
    : backends_(std::move(backends)), rules_(std::move(rules)), around_(around),
      decisions_(around.figures, backends_) {}

awaitable<result<identity::principal, denial>> gate::admit(const identity::request_facts& shown, executor home) const {
    const auto token = bearer_token(shown);
    if (!token && token.error() != identity::refusal::no_token) co_return denial{token.error()};
    const plugin::credentials credentials{
        token ? *token : std::string_view(), rules_.resource, shown.peer, shown.peer_uid, shown.peer_gid,
        shown.certificate};

    // What was taken back while a backend thought about it must not be granted by what it thought.
    constexpr int patience = 3;
    for (int tries = 0; tries < patience; ++tries) {
        const auto age = around_.open_streams.age();
        auto who = co_await identify(credentials, home);
        if (!who) co_return turn_away(who.error(), shown, credentials.token);
        if (age != around_.open_streams.age()) continue;
        who->admitted_at = age;
        co_return welcome(std::move(*who), shown);
    }
    co_return denial{identity::refusal::unavailable};
}

identity::principal gate::welcome(identity::grant who, const identity::request_facts& shown) const {
    const auto now = around_.clock.steady();
    auto own = around_.accounts.of(who.issuer, who.subject, now);
    auto source = shown.source ? around_.accounts.of(*shown.source, now) : nullptr;
    return {std::move(who), std::move(own), std::move(source)};
}

denial gate::turn_away(identity::refusal why, const identity::request_facts& shown, std::string_view token) const {
    if (why != identity::refusal::bad_token || is_damaged(token)) return {why};
    const auto id = token::id_of(token).value_or("");
    const auto wait = around_.throttle.failed(shown.source, id, rules_.failures_per_minute, around_.clock.steady());
    if (wait == bucket::duration::zero()) return {why};
    return {identity::refusal::too_many_failures, std::chrono::ceil<std::chrono::milliseconds>(wait)};
}

awaitable<result<identity::grant, identity::refusal>> gate::identify(const plugin::credentials& credentials,
                                                                executor home) const {
    const bool has_token = !credentials.token.empty();
    for (std::size_t i = 0; i < backends_.size(); ++i) {
        const auto& backend = backends_[i];
        if (!has_token && !(backend->auth_traits() & plugin::auth_trait::tokenless)) continue;

        auto answer = co_await ask(*backend, credentials, home);
        decisions_.count(i, answer);
        switch (answer.kind) {
        case plugin::verdict::kind::granted:
            if (std::ranges::find(rules_.same_people, backend->name()) != rules_.same_people.end())
                answer.who.issuer = rules_.same_people.front();
            co_return std::move(answer.who);
        case plugin::verdict::kind::passed: continue;
        case plugin::verdict::kind::refused:
            say_why(*backend, credentials.peer, answer);
            co_return answer.refusal;
        }
    }
    const auto why = has_token ? identity::refusal::bad_token : identity::refusal::no_token;
    decisions_.count_of_nobody(why);
    co_return why;
}

identity::principal gate::local_user(std::string subject, accounts& accounts, bucket::time now) {
    identity::grant who;
    who.subject = std::move(subject);
    who.issuer = "stdio";
    who.credential = "stdio";
    who.scopes = {"*"};
    auto own = accounts.of(who.issuer, who.subject, now);
    return {std::move(who), std::move(own), nullptr};
}

// Whoever is refused must not be able to fill the log.
void gate::say_why(const plugin::instance& backend, std::string_view peer, const plugin::verdict& answer) const {
    if (!refusals_logged_.allows_another()) return;
    around_.log.info("{} refused a caller from {}: {}", backend.name(), peer,
              answer.why.empty() ? identity::sentence(answer.refusal) : std::string_view(answer.why));
}

awaitable<plugin::verdict> gate::ask(plugin::instance& backend,
                                     const plugin::credentials& shown,
                                     executor home) const {
    const auto check = backend.authenticate(shown, home);
    if (!check->is_answered()) co_await check->wait(std::chrono::steady_clock::now() + longest_check);
    if (auto answer = check->take()) co_return std::move(*answer);

    check->abandon();
    around_.log.error("{} did not decide within {} s; the caller was refused", backend.name(), longest_check.count());
    plugin::verdict none;
    none.refusal = identity::refusal::unavailable;
    none.why = "no decision in time";
    co_return none;
}

}  // namespace toolrack::auth
