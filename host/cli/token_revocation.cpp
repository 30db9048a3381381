#include "cli/token_revocation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <toolrack/json.hpp>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "cli/revocation_lists.hpp"
#include "cli/token_description.hpp"
#include "cli/usage_error.hpp"
#include "config/config.hpp"
#include "jwt/claims.hpp"
#include "jwt/compact.hpp"
#include "token/bearer.hpp"

namespace toolrack::cli {
namespace {

// The id of a token, without verification. Empty when `text` is not a whole token.
std::optional<std::string> id_of_token(std::string_view text) {
    if (const auto id = token::id_of(text)) return std::string(*id);
    const auto parts = jwt::split(text);
    if (!parts) return std::nullopt;
    const auto json = base64url_decoded(parts->claims);
    if (!json) return std::nullopt;
    auto claims = jwt::read_claims(*json);
    if (!claims) return std::nullopt;
    return std::move(claims->id);
}

// The ids of the command line and of standard input. A whole token is replaced by its id and never printed.
std::vector<std::string> read_ids(const token_options& given) {
    auto ids = given.ids;
    if (given.from_stdin)
        for (std::string line; std::getline(std::cin, line);)
            if (!trim(line).empty()) ids.emplace_back(trim(line));
    for (auto& id : ids) {
        auto token_id = id_of_token(id);
        if (!token_id) continue;
        fmt::print(stderr,
                   "A whole token was given instead of its id {}: others may have seen it on the command line.\n",
                   *token_id);
        id = std::move(*token_id);
    }
    return ids;
}

bool has_backend(const config::settings& settings, std::string_view name) {
    return std::ranges::find(settings.auth.backends, name, &config::backend::name) != settings.auth.backends.end();
}

// The lists beside the files of the command line, or those of all configured backends.
revocation_lists find_lists(const token_options& given) {
    if (!given.tokens.empty() || !given.signing.keys.empty())
        return {given.tokens.empty() ? std::nullopt : std::optional(given.open_files().where().revocations),
                given.signing.keys.empty() ? std::nullopt : find_revocations(given.signing)};
    const auto file = given.config_file();
    const auto settings = config::read(file);
    if (!has_backend(settings, "token-file") && !has_backend(settings, "hmac-token"))
        usage_error(file.string() +
                    " has no backend whose tokens can be revoked. Name the token list with --tokens FILE, or the keys "
                    "file with --keys FILE.");
    return {has_backend(settings, "token-file") ? std::optional(given.open_files().where().revocations) : std::nullopt,
            find_revocations(given.signing)};
}

// An id that can be of token-file or of a signed token is revoked in both lists.
void revoke_ids(const token_options& given, const std::vector<std::string>& ids, const revocation_lists& lists) {
    std::vector<std::string> listed, signed_ones;
    for (const auto& id : ids) {
        const bool may_be_listed = lists.has_token_file() && token::is_id(id);
        const bool is_known = may_be_listed && given.open_files().may_contain(id);
        const bool may_be_signed = lists.has_hmac_token() && jwt::is_id(id) && !is_known;
        if (!may_be_listed && !may_be_signed)
            usage_error("\"" + printable(id.substr(0, 12), 60) +
                        (lists.has_hmac_token() ? "\" is not a token id, which is one word. "
                                                : "\" is not a token id, which is 12 letters and digits. ") +
                        "\"toolrack token list\" lists those of token-file.");
        if (may_be_listed) listed.push_back(id);
        if (may_be_signed) signed_ones.push_back(id);
        if (may_be_listed && !is_known && !may_be_signed)
            fmt::print(stderr,
                       "Token {} does not exist in {}; it is revoked anyway.\n",
                       id,
                       given.open_files().where().list.string());
    }
    lists.revoke_listed(listed, given.reason);
    lists.revoke_signed(signed_ones, given.reason);
}

}  // namespace

void revoke_tokens(const token_options& given) {
    const auto ids = read_ids(given);
    if (ids.empty() == given.principal.empty())
        usage_error("Name the ids of the tokens to revoke, or --principal NAME for all tokens of this holder.");
    const auto lists = find_lists(given);
    if (given.principal.empty()) revoke_ids(given, ids, lists);
    else lists.revoke_principal(given.principal, given.reason);
    if (given.as_json)
        fmt::print("{}\n", json::object({{"revoked", to_json(ids)}, {"principal", given.principal}}).str());
    else
        fmt::print("Revoked {}.\n",
                   ids.empty() ? "all tokens of " + printable(given.principal, 256)
                               : fmt::format("{}", fmt::join(ids, ", ")));
}

}  // namespace toolrack::cli
