#include "token_verifier.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "config/quantity.hpp"
#include "jwt/compact.hpp"
#include "jwt/keys_file.hpp"
#include "jwt/profile.hpp"
#include "token/credential_files.hpp"

namespace jwt = toolrack::jwt;
namespace token = toolrack::token;
namespace fs = std::filesystem;

namespace {

std::chrono::seconds read_max_ttl(const std::string& text) {
    if (text.empty()) return jwt::usual_max_ttl;
    const auto parsed = toolrack::config::parse_duration(text);
    const auto whole = parsed ? std::chrono::floor<std::chrono::seconds>(*parsed) : std::chrono::seconds(0);
    if (whole < std::chrono::seconds(1) || whole > jwt::longest_max_ttl)
        throw toolrack::failure("max_ttl is not a lifetime that a signed token may have: expected a duration from "
                                "\"1s\" to \"90d\", such as \"24h\".");
    return whole;
}

std::int64_t current_time() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch().count();
}

// A kid may belong to another key since the keys were read. So an unknown kid and a wrong signature are treated alike,
// and take the same time.
bool may_be_of_new_key(jwt::fault why) { return why == jwt::fault::unknown_key || why == jwt::fault::bad_signature; }

token::credential_settings files_of(const token_verifier::settings& settings) {
    const fs::path keys = settings.keys;
    const bool is_list_named = !settings.revoked.empty();
    return {.credentials = keys,
            .revocations = is_list_named ? fs::path(settings.revoked) : keys.parent_path() / "revoked.list",
            .longest_credentials = jwt::longest_keys_file,
            .how_to_create = "Create a keys file with: toolrack key new --keys " + keys.string(),
            .must_have_revocations = is_list_named,
            .ids = &token::revocations::signed_tokens};
}

}  // namespace

class token_verifier::state {
public:
    state(const settings& settings, token::backend_callbacks callbacks)
        : issuer_(settings.issuer.empty() ? std::string(jwt::usual_issuer) : settings.issuer),
          audience_(settings.audience), max_ttl_(read_max_ttl(settings.max_ttl)), callbacks_(callbacks),
          files_(files_of(settings),
                 std::move(callbacks),
                 {.parse =
                      [this, file = settings.keys](std::string_view text) {
                          auto keys = std::make_shared<const jwt::prepared_keys>(jwt::read_key_ring(text, file));
                          if (!accepted_) accepted_ = keys->accepted_at(current_time());
                          return keys;
                      },
                  .replaced = [this](const auto&, const jwt::prepared_keys& now) { note_accepted_keys(now); },
                  .each_second = [this] { note_accepted_keys(*files_.now()->credentials); }}) {
        if (files_.now()->credentials->accepted_at(current_time()).empty())
            throw toolrack::failure("The keys file " + settings.keys +
                                    " has no key that is accepted, so no token could be. Create one with: toolrack key "
                                    "new --keys " +
                                    settings.keys);
    }

    decision decide(std::string_view token, std::string_view resource, std::int64_t time) const {
        decision decided;
        if (!jwt::is_compact(token)) {
            decided.result = outcome::not_ours;
            decided.why = "it is not a signed token";
            return decided;
        }
        const auto now = files_.now();
        auto verified =
            jwt::verify(token,
                        *now->credentials,
                        *now->revoked,
                        {.issuer = issuer_, .audience = audience_.empty() ? resource : audience_, .max_ttl = max_ttl_},
                        time);
        if (!verified) {
            const auto why = verified.error().why;
            decided.result = why == jwt::fault::wrong_audience ? outcome::wrong_audience : outcome::refused;
            decided.why = to_string(verified.error());
            decided.may_be_new = may_be_of_new_key(why);
            return decided;
        }
        decided.result = outcome::granted;
        decided.subject = std::move(verified->claims.subject);
        decided.id = std::move(verified->claims.id);
        decided.scopes = std::move(verified->claims.scopes);
        decided.expires = verified->expires;
        return decided;
    }

    bool after_reload(std::function<void()> then) const { return files_.after_reload(std::move(then)); }
    void stop() { files_.stop(); }

private:
    // The host does not know by which key a grant was made. So when a key is no longer accepted, all grants end, and
    // each valid token is checked once more.
    void note_accepted_keys(const jwt::prepared_keys& keys) {
        auto accepted = keys.accepted_at(current_time());
        if (accepted == *accepted_) return;
        const bool is_any_lost = std::ranges::any_of(
            *accepted_, [&](const auto& one) { return std::ranges::find(accepted, one) == accepted.end(); });
        accepted_ = std::move(accepted);
        std::string kids;
        for (const auto& [kid, tag] : *accepted_) kids += (kids.empty() ? "" : ", ") + kid;
        callbacks_.log(token::log_level::info, "accepted keys: " + (kids.empty() ? "none" : kids));
        if (is_any_lost) callbacks_.forget({});
    }

    const std::string issuer_, audience_;
    const std::chrono::seconds max_ttl_;
    const token::backend_callbacks callbacks_;
    // The kid and a fingerprint of each key that is accepted; empty until the keys are read. Thread of the keys.
    std::optional<std::vector<std::pair<std::string, jwt::mac::tag>>> accepted_;
    token::credential_files<jwt::prepared_keys> files_;  // last: its threads use all other members
};

token_verifier::token_verifier(const settings& settings, token::backend_callbacks callbacks)
    : state_(std::make_unique<state>(settings, std::move(callbacks))) {}

// First of all the threads, whose last callbacks may still call decide().
token_verifier::~token_verifier() { state_->stop(); }

token_verifier::decision
token_verifier::decide(std::string_view token, std::string_view resource, std::int64_t now) const {
    return state_->decide(token, resource, now);
}

bool token_verifier::after_reload(std::function<void()> then) const { return state_->after_reload(std::move(then)); }
