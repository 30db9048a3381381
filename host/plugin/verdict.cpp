#include "plugin/verdict.hpp"

#include <cstdint>

#include "base/text.hpp"
#include "plugin/host_table.hpp"

namespace toolrack::plugin {
namespace {

constexpr std::size_t longest_name = 256, most_scopes = 1000;

bool fits(std::string_view text) { return text.size() <= longest_name && is_utf8(text); }

// A year that our clock cannot count to is as good as never.
std::chrono::system_clock::time_point expiry(std::int64_t seconds) {
    using clock_type = std::chrono::system_clock;
    constexpr auto last = std::chrono::floor<std::chrono::seconds>(clock_type::duration::max());
    if (seconds > last.count()) return clock_type::time_point::max();
    return clock_type::time_point(std::chrono::seconds(seconds < 0 ? 0 : seconds));
}

}  // namespace

verdict judged_grant(const toolrack_principal& who,
                     const std::string& backend,
                     std::chrono::system_clock::time_point now) {
    verdict made;
    const auto subject = view(who.subject), issuer = view(who.issuer), credential = view(who.credential);
    if (subject.empty() || !fits(subject) || !fits(issuer) || !fits(credential) || who.scope_count > most_scopes ||
        (who.scope_count && !who.scopes)) {
        made.why = "it granted a principal without a usable subject, issuer, credential or scopes";
        return made;
    }
    made.who.subject = subject;
    made.who.issuer = issuer.empty() ? std::string_view(backend) : issuer;
    made.who.backend = backend;
    made.who.credential = credential;
    for (std::uint64_t i = 0; i < who.scope_count; ++i) {
        const auto scope = view(who.scopes[i]);
        if (scope.empty() || !fits(scope)) {
            made.why = "it granted a scope that is empty, too long or not UTF-8";
            return made;
        }
        made.who.scopes.emplace_back(scope);
    }
    if (who.expires != 0) {
        made.who.expires = expiry(who.expires);
        if (made.who.expires <= now) {
            made.refusal = identity::refusal::bad_token;
            made.why = "the grant has expired";
            return made;
        }
    }
    made.kind = verdict::kind::granted;
    return made;
}

verdict judged_refusal(toolrack_refusal kind, std::string_view why) {
    verdict made;
    made.why = printable(why);
    switch (kind) {
    case TOOLRACK_NO_TOKEN: made.refusal = identity::refusal::no_token; break;
    case TOOLRACK_BAD_TOKEN: made.refusal = identity::refusal::bad_token; break;
    case TOOLRACK_WRONG_AUDIENCE: made.refusal = identity::refusal::wrong_audience; break;
    case TOOLRACK_FORBIDDEN: made.refusal = identity::refusal::forbidden; break;
    case TOOLRACK_PASS: made.kind = verdict::kind::passed; break;
    default: made.refusal = identity::refusal::unavailable; break;
    }
    return made;
}

}  // namespace toolrack::plugin
