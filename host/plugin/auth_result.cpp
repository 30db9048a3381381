#include "plugin/auth_result.hpp"

#include <algorithm>
#include <cstdint>

#include "base/text.hpp"
#include "plugin/host_table.hpp"

namespace toolrack::plugin {
namespace {

constexpr std::size_t longest_name = 256, most_scopes = 1000;

bool is_usable(std::string_view text) { return text.size() <= longest_name && is_utf8(text); }

// A time beyond the range of the clock means never.
std::chrono::system_clock::time_point expiry(std::int64_t seconds) {
    using clock_type = std::chrono::system_clock;
    constexpr auto last = std::chrono::floor<std::chrono::seconds>(clock_type::duration::max());
    if (seconds > last.count()) return clock_type::time_point::max();
    return clock_type::time_point(std::chrono::seconds(seconds < 0 ? 0 : seconds));
}

}  // namespace

auth_result
read_grant(const toolrack_principal& who, const std::string& backend, std::chrono::system_clock::time_point now) {
    auth_result made;
    const auto subject = view(who.subject), issuer = view(who.issuer), credential = view(who.credential);
    if (subject.empty() || !is_usable(subject) || !is_usable(issuer) || !is_usable(credential) ||
        who.scope_count > most_scopes || (who.scope_count && !who.scopes)) {
        made.why = "its grant has no usable subject, issuer, credential or scopes";
        return made;
    }
    made.grant.subject = subject;
    made.grant.issuer = issuer.empty() ? std::string_view(backend) : issuer;
    made.grant.backend = backend;
    made.grant.credential = credential;
    for (std::uint64_t i = 0; i < who.scope_count; ++i) {
        const auto scope = view(who.scopes[i]);
        if (scope.empty() || !is_usable(scope)) {
            made.why = "its grant has a scope that is empty, too long or not UTF-8";
            return made;
        }
        made.grant.scopes.emplace_back(scope);
    }
    if (who.expires != 0) {
        made.grant.expires = expiry(who.expires);
        if (made.grant.expires <= now) {
            made.refusal = identity::refusal::bad_token;
            made.why = "the grant has expired";
            return made;
        }
    }
    made.keep = std::chrono::seconds(std::max<std::int64_t>(who.keep, 0));
    made.kind = auth_result::kind::granted;
    return made;
}

auth_result read_refusal(toolrack_refusal kind, std::string_view why) {
    auth_result made;
    made.why = printable(why);
    switch (kind) {
    case TOOLRACK_NO_TOKEN: made.refusal = identity::refusal::no_token; break;
    case TOOLRACK_BAD_TOKEN: made.refusal = identity::refusal::bad_token; break;
    case TOOLRACK_WRONG_AUDIENCE: made.refusal = identity::refusal::wrong_audience; break;
    case TOOLRACK_FORBIDDEN: made.refusal = identity::refusal::forbidden; break;
    case TOOLRACK_PASS: made.kind = auth_result::kind::passed; break;
    default: made.refusal = identity::refusal::unavailable; break;
    }
    return made;
}

}  // namespace toolrack::plugin
