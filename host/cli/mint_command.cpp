#include "cli/mint_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <toolrack/json.hpp>

#include "base/base64.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "config/quantity.hpp"
#include "jwt/keys_file.hpp"
#include "base/rfc3339.hpp"

namespace toolrack::cli {
namespace {

using std::chrono::seconds;

[[noreturn]] void misuse(const std::string& sentence) { throw failure(sentence, exit_code::usage); }

std::int64_t now() {
    return std::chrono::duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

seconds read_ttl(const std::string& written) {
    const auto parsed = config::parse_duration(written);
    if (!parsed || *parsed < seconds(1)) misuse("--ttl is not a duration such as \"30m\", \"1h\" or \"7d\".");
    return std::chrono::floor<seconds>(*parsed);
}

// Hexadecimal, so that it never looks like an option where somebody types it.
std::string fresh_id() {
    const auto bytes = base64url_decoded(random_id(12));
    return hex(std::string_view(*bytes));
}

const jwt::key& signing_key(const jwt::key_ring& ring, const std::filesystem::path& file) {
    if (const auto* key = ring.active()) return *key;
    throw failure(fmt::format("No key in {} signs. Let a new one do so: toolrack key new --keys {}",
                              file.string(), file.string()));
}

// Whatever a server would say of it is better said now.
void insist_on_acceptance(std::string_view token, const jwt::key_ring& ring, const minting& by, std::int64_t at) {
    const auto verified = jwt::verify(token, jwt::prepared_keys(ring), {}, {by.issuer, by.audience, by.max_ttl}, at);
    if (!verified) misuse(fmt::format("No server would accept this token: {}.", to_string(verified.error().why)));
    if (verified->expires != verified->claims.expires)
        misuse(fmt::format("The key that signs is accepted until {}, and the token would not live longer than it. "
                           "Rotate the keys, or give it a shorter --ttl.",
                           to_rfc3339(verified->expires)));
}

json::text described(const jwt::claims& said, const std::string& kid) {
    return json::object({{"jti", said.id},
                         {"kid", kid},
                         {"principal", said.subject},
                         {"scopes", json::array(said.scopes)},
                         {"issuer", said.issuer},
                         {"audience", said.audience.front()},
                         {"issued", to_rfc3339(said.issued_at)},
                         {"expires", to_rfc3339(said.expires)}});
}

}  // namespace

mint_command::mint_command(CLI::App& token)
    : command_(token.add_subcommand("mint", "Make a signed token, for a server with the backend hmac-token")) {
    command_->add_option("--principal", principal_, "Who its holder is")->required()->type_name("NAME");
    command_->add_option("--scope", scopes_, "What its holder may do; one or more")->required()->type_name("SCOPE");
    command_->add_option("--ttl", ttl_, "How long it lives")->type_name("TIME")->capture_default_str();
    where_.add_options(*command_);
    where_.add_mint_options(*command_);
    target_.add_options(*command_, "token");
    command_->add_flag("--json", as_json_, "One line of JSON about the token, without the token");
}

bool mint_command::is_asked_for() const { return command_->parsed(); }

exit_code mint_command::run() const {
    target_.check(as_json_);
    const auto ttl = read_ttl(ttl_);
    if (!jwt::is_subject(principal_) || !is_utf8(principal_))
        misuse("--principal is no name that a token can carry: expected 1 to 256 bytes of UTF-8 without white space.");
    for (const auto& scope : scopes_)
        if (!jwt::is_scope(scope))
            misuse(fmt::format("\"{}\" is no scope: expected visible ASCII without white space, \" and \\.",
                               printable(scope)));

    const auto by = find_minting(where_);
    const auto ring = jwt::load_keys(by.keys);
    const auto& key = signing_key(ring, by.keys);
    const auto issued = now();
    const jwt::claims said{.issuer = by.issuer,
                           .audience = {by.audience},
                           .subject = principal_,
                           .scopes = scopes_,
                           .issued_at = issued,
                           .not_before = {},
                           .expires = issued + ttl.count(),
                           .id = fresh_id()};
    std::string text = jwt::sign(said, key);
    const secret token{std::string_view(text)};
    wipe(text);
    insist_on_acceptance(token.reveal(), ring, by, issued);

    target_.put(token);
    if (as_json_) fmt::print("{}\n", described(said, key.kid).str());
    else
        fmt::print(stderr, "Token {} for {}, good for {} until {}, signed with {}.\n", said.id, printable(principal_),
                   said.audience.front(), to_rfc3339(said.expires), key.kid);
    return exit_code::ok;
}

}  // namespace toolrack::cli
