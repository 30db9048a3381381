#include "token_verifier.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/file_watch.hpp"
#include "config/quantity.hpp"
#include "jwt/compact.hpp"
#include "jwt/profile.hpp"
#include "key_snapshot.hpp"

namespace jwt = toolrack::jwt;

namespace {

std::chrono::seconds read_max_ttl(const std::string& written) {
    if (written.empty()) return jwt::usual_max_ttl;
    const auto parsed = toolrack::config::parse_duration(written);
    const auto whole = parsed ? std::chrono::floor<std::chrono::seconds>(*parsed) : std::chrono::seconds(0);
    if (whole < std::chrono::seconds(1) || whole > jwt::longest_max_ttl)
        throw toolrack::failure("max_ttl is not a life that a signed token may have: expected a duration such as "
                                "\"1h\" or \"24h\", from \"1s\" to \"90d\".");
    return whole;
}

enum token_verifier::answer::kind kind_of(jwt::fault why) {
    return why == jwt::fault::wrong_audience ? token_verifier::answer::kind::wrong_audience : token_verifier::answer::kind::refused;
}

// A kid may have been given to another key since; and so both take the same way, and the same time.
bool may_be_of_a_new_key(jwt::fault why) { return why == jwt::fault::unknown_key || why == jwt::fault::bad_signature; }

}  // namespace

struct token_verifier::inside {
    inside(const settings& said, outlet to)
        : issuer(said.issuer.empty() ? std::string(jwt::usual_issuer) : said.issuer), audience(said.audience),
          max_ttl(read_max_ttl(said.max_ttl)), valid({said.keys, said.revoked}, std::move(to)),
          watching(std::in_place, valid.files(), [this] { valid.look_again(); }, [this] { valid.a_second_passed(); }) {}

    const std::string issuer, audience;
    const std::chrono::seconds max_ttl;
    key_snapshot valid;
    std::optional<toolrack::file_watch> watching;
};

token_verifier::token_verifier(const settings& said, outlet to) : inside_(std::make_unique<inside>(said, std::move(to))) {}

// Its thread uses all the rest, and may still be asked.
token_verifier::~token_verifier() { inside_->watching.reset(); }

token_verifier::answer token_verifier::check(std::string_view token, std::string_view resource, std::int64_t now) const {
    answer answer;
    if (!jwt::is_compact(token)) {
        answer.kind = answer::kind::not_ours;
        answer.why = "it is not a signed token";
        return answer;
    }
    const auto valid = inside_->valid.now();
    const jwt::expectations expected{.issuer = inside_->issuer,
                                     .audience = inside_->audience.empty() ? resource : inside_->audience,
                                     .max_ttl = inside_->max_ttl};
    auto verified = jwt::verify(token, *valid->keys, *valid->revoked, expected, now);
    if (!verified) {
        answer.kind = kind_of(verified.error().why);
        answer.why = to_string(verified.error());
        answer.may_be_new = may_be_of_a_new_key(verified.error().why);
        return answer;
    }
    answer.kind = answer::kind::granted;
    answer.subject = std::move(verified->claims.subject);
    answer.id = std::move(verified->claims.id);
    answer.scopes = std::move(verified->claims.scopes);
    answer.expires = verified->expires;
    return answer;
}

bool token_verifier::after_a_look(std::function<void()> then) const {
    return inside_->watching->after_a_look(std::move(then));
}
