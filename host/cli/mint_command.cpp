#include "cli/mint_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <toolrack/json.hpp>

#include "base/base64.hpp"
#include "base/digest.hpp"
#include "base/rfc3339.hpp"
#include "base/text.hpp"
#include "cli/usage_error.hpp"
#include "config/quantity.hpp"
#include "identity/scope.hpp"
#include "jwt/keys_file.hpp"

namespace toolrack::cli {
namespace {

using std::chrono::seconds;

seconds read_ttl(const std::string& written) {
    const auto parsed = config::parse_duration(written);
    if (!parsed || *parsed < seconds(1)) usage_error("--ttl is not a duration; expected one such as 30m, 1h or 7d.");
    return std::chrono::floor<seconds>(*parsed);
}

// Hexadecimal, so that it never begins with a dash, like an option.
std::string make_id() {
    const auto bytes = base64url_decoded(random_id(12));
    return hex(std::string_view(*bytes));
}

const jwt::key& signing_key(const jwt::key_ring& ring, const std::filesystem::path& file) {
    if (const auto* key = ring.active()) return *key;
    throw failure(fmt::format(
        "There is no active key in {}. Create one: toolrack key new --keys {}", file.string(), file.string()));
}

// Verifies the token as a server does, so that a token that no server accepts is not handed out.
void check_acceptance(std::string_view token, const jwt::key_ring& ring, const minting_settings& by, std::int64_t at) {
    const auto verified = jwt::verify(token, jwt::prepared_keys(ring), {}, {by.issuer, by.audience, by.max_ttl}, at);
    if (!verified) usage_error(fmt::format("No server would accept this token: {}.", to_string(verified.error().why)));
    if (verified->expires != verified->claims.expires)
        usage_error(fmt::format(
            "The active key is accepted until {} only, so the token would expire then. Rotate the keys, or use "
            "a shorter --ttl.",
            to_rfc3339(verified->expires)));
}

json::text describe(const jwt::claims& claims, const std::string& kid) {
    return json::object({{"jti", claims.id},
                         {"kid", kid},
                         {"principal", claims.subject},
                         {"scopes", json::array(claims.scopes)},
                         {"issuer", claims.issuer},
                         {"audience", claims.audience.front()},
                         {"issued", to_rfc3339(claims.issued_at)},
                         {"expires", to_rfc3339(claims.expires)}});
}

}  // namespace

mint_command::mint_command(CLI::App& token)
    : command_(token.add_subcommand("mint", "Create a signed token for a server with the auth backend hmac-token")) {
    command_->add_option("--principal", principal_, "The name of its holder")->required()->type_name("NAME");
    command_->add_option("--scope", scopes_, "A scope of the token; can be repeated")->required()->type_name("SCOPE");
    command_->add_option("--ttl", ttl_, "The lifetime of the token")->type_name("TIME")->capture_default_str();
    where_.add_options(*command_);
    where_.add_mint_options(*command_);
    output_.add_options(*command_, "token");
    command_->add_flag("--json", as_json_, "Print one line of JSON about the token, without the token");
}

bool mint_command::is_selected() const { return command_->parsed(); }

exit_code mint_command::run() const {
    output_.check(as_json_);
    const auto ttl = read_ttl(ttl_);
    if (!jwt::is_subject(principal_) || !is_utf8(principal_))
        usage_error("--principal is not a valid name: expected 1 to 256 bytes of UTF-8 without white space and "
                    "invisible characters.");
    for (const auto& scope : scopes_)
        if (!identity::can_be_granted(scope))
            usage_error(fmt::format(
                "\"{}\" is not a valid scope: expected \"*\", or words of printable ASCII without white space, \", "
                "\\ and *, separated by colons.",
                printable(scope)));

    const auto by = find_minting_settings(where_);
    const auto ring = jwt::load_keys(by.keys);
    const auto& key = signing_key(ring, by.keys);
    const auto issued = this_second().time_since_epoch().count();
    const jwt::claims claims{.issuer = by.issuer,
                             .audience = {by.audience},
                             .subject = principal_,
                             .scopes = scopes_,
                             .issued_at = issued,
                             .not_before = {},
                             .expires = issued + ttl.count(),
                             .id = make_id()};
    std::string text = jwt::sign(claims, key);
    const secret token{std::string_view(text)};
    wipe(text);
    check_acceptance(token.reveal(), ring, by, issued);

    output_.write(token);
    if (as_json_) fmt::print("{}\n", describe(claims, key.kid).str());
    else
        fmt::print(stderr,
                   "Token {} for {}, valid for {} until {}, signed with key {}.\n",
                   claims.id,
                   printable(principal_),
                   claims.audience.front(),
                   to_rfc3339(claims.expires),
                   key.kid);
    return exit_code::ok;
}

}  // namespace toolrack::cli
