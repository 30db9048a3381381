#include "auth/gate.hpp"

#include <algorithm>

#include "auth/credential.hpp"

namespace toolrack::auth {
namespace {

constexpr auto longest_check = std::chrono::seconds(10);

}  // namespace

gate::gate(std::vector<std::shared_ptr<plugin::instance>> backends, rules rules, const visits& visits, log& log)
    : backends_(std::move(backends)), rules_(std::move(rules)), visits_(visits), log_(log) {}

awaitable<result<wire::principal, wire::refusal>> gate::admit(const wire::facts& shown, executor home) const {
    const auto token = bearer_token(shown);
    if (!token && token.error() != wire::refusal::no_token) co_return token.error();
    const plugin::credentials credentials{
        token ? *token : std::string_view(), rules_.resource, shown.peer, shown.peer_uid, shown.peer_gid,
        shown.certificate};

    // What was taken back while a backend thought about it must not be granted by what it thought.
    constexpr int patience = 3;
    for (int tries = 0; tries < patience; ++tries) {
        const auto age = visits_.age();
        auto who = co_await identify(credentials, home);
        if (!who) co_return who.error();
        if (age != visits_.age()) continue;
        who->admitted_at = age;
        co_return wire::principal(std::move(*who));
    }
    co_return wire::refusal::unavailable;
}

awaitable<result<wire::identity, wire::refusal>> gate::identify(const plugin::credentials& credentials,
                                                                executor home) const {
    const bool has_token = !credentials.token.empty();
    for (const auto& backend : backends_) {
        if (!has_token && !(backend->auth_traits() & plugin::auth_trait::tokenless)) continue;

        auto answer = co_await ask(*backend, credentials, home);
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
    co_return has_token ? wire::refusal::bad_token : wire::refusal::no_token;
}

wire::principal gate::local_user(std::string subject) {
    wire::identity who;
    who.subject = std::move(subject);
    who.issuer = "stdio";
    who.credential = "stdio";
    who.scopes = {"*"};
    return wire::principal(std::move(who));
}

// Whoever is refused must not be able to fill the log.
void gate::say_why(const plugin::instance& backend, std::string_view peer, const plugin::verdict& answer) const {
    if (!refusals_logged_.allows_another()) return;
    log_.info("{} refused a caller from {}: {}", backend.name(), peer,
              answer.why.empty() ? wire::sentence(answer.refusal) : std::string_view(answer.why));
}

awaitable<plugin::verdict> gate::ask(plugin::instance& backend,
                                     const plugin::credentials& shown,
                                     executor home) const {
    const auto check = backend.authenticate(shown, home);
    if (!check->is_answered()) co_await check->wait(std::chrono::steady_clock::now() + longest_check);
    if (auto answer = check->take()) co_return std::move(*answer);

    check->abandon();
    log_.error("{} did not decide within {} s; the caller was refused", backend.name(), longest_check.count());
    plugin::verdict none;
    none.refusal = wire::refusal::unavailable;
    none.why = "no decision in time";
    co_return none;
}

}  // namespace toolrack::auth
