#include "auth/gate.hpp"

#include "auth/credential.hpp"

namespace toolrack::auth {
namespace {

constexpr auto longest_check = std::chrono::seconds(10);

}  // namespace

gate::gate(std::vector<std::shared_ptr<plugin::instance>> backends, std::string resource, log& log)
    : backends_(std::move(backends)), resource_(std::move(resource)), log_(log) {}

awaitable<result<wire::principal, wire::refusal>> gate::admit(const wire::facts& shown, executor home) const {
    const auto token = bearer_token(shown);
    if (!token && token.error() != wire::refusal::no_token) co_return token.error();

    const plugin::credentials credentials{
        token ? *token : std::string_view(), resource_, shown.peer, shown.peer_uid, shown.peer_gid};
    for (const auto& backend : backends_) {
        if (!token && !(backend->auth_traits() & plugin::auth_trait::tokenless)) continue;

        auto answer = co_await ask(*backend, credentials, home);
        switch (answer.kind) {
        case plugin::verdict::kind::granted: co_return wire::principal(std::move(answer.who));
        case plugin::verdict::kind::passed: continue;
        case plugin::verdict::kind::refused:
            say_why(*backend, shown, answer);
            co_return answer.refusal;
        }
    }
    co_return token ? wire::refusal::bad_token : wire::refusal::no_token;
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
void gate::say_why(const plugin::instance& backend, const wire::facts& shown, const plugin::verdict& answer) const {
    if (!refusals_logged_.allows_another()) return;
    log_.info("{} refused a caller from {}: {}", backend.name(), shown.peer,
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
