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

#include "cli/revocation_lists.hpp"
#include "cli/token_description.hpp"
#include "base/base64.hpp"
#include "base/text.hpp"
#include "config/config.hpp"
#include "jwt/claims.hpp"
#include "jwt/compact.hpp"
#include "token/bearer.hpp"

namespace toolrack::cli {
namespace {

// The id inside a token, which is public and need not be anybody's; nothing when it is not a whole token.
std::optional<std::string> id_inside(std::string_view text) {
    if (const auto id = token::id_of(text)) return std::string(*id);
    const auto parts = jwt::split(text);
    if (!parts) return std::nullopt;
    const auto written = base64url_decoded(parts->claims);
    if (!written) return std::nullopt;
    auto said = jwt::read_claims(*written);
    if (!said) return std::nullopt;
    return std::move(said->id);
}

// The ids named on the line and on standard input; a whole token is its id, and is never said back.
std::vector<std::string> named_ids(const token_words& given) {
    auto ids = given.ids;
    if (given.from_input)
        for (std::string line; std::getline(std::cin, line);)
            if (!trim(line).empty()) ids.emplace_back(trim(line));
    for (auto& id : ids) {
        auto inside = id_inside(id);
        if (!inside) continue;
        fmt::print(stderr,
                   "A whole token was given where its id {} would do; whoever can see this command line has seen it.\n",
                   *inside);
        id = std::move(*inside);
    }
    return ids;
}

bool has_backend(const config::settings& settings, std::string_view name) {
    return std::ranges::find(settings.auth.backends, name, &config::backend::name) != settings.auth.backends.end();
}

// Beside what is named on the line, or those of every backend that the configuration has.
revocation_lists find_lists(const token_words& given) {
    if (!given.tokens.empty() || !given.where.keys.empty())
        return {given.tokens.empty() ? std::nullopt : std::optional(given.open_book().where().revocations),
                given.where.keys.empty() ? std::nullopt : find_revocations(given.where)};
    const auto file = given.configuration();
    const auto settings = config::read(file);
    if (!has_backend(settings, "token-file") && !has_backend(settings, "hmac-token"))
        misused(file.string() + " has no backend whose tokens can be revoked. Name the list with --tokens FILE, or the "
                                "keys with --keys FILE.");
    return {has_backend(settings, "token-file") ? std::optional(given.open_book().where().revocations) : std::nullopt,
            find_revocations(given.where)};
}

// Of token-file, or else of a signed token: what may be both is revoked as both.
void revoke_ids(const token_words& given, const std::vector<std::string>& ids, const revocation_lists& lists) {
    std::vector<std::string> listed, signed_ones;
    for (const auto& id : ids) {
        const bool may_be_listed = lists.take_listed() && token::is_id(id);
        const bool is_known = may_be_listed && given.open_book().may_hold(id);
        const bool may_be_signed = lists.take_signed() && jwt::is_id(id) && !is_known;
        if (!may_be_listed && !may_be_signed)
            misused("\"" + printable(id.substr(0, 12), 60) +
                    (lists.take_signed() ? "\" is not the id of a token, which is one word. "
                                         : "\" is not the id of a token, which is 12 letters and digits. ") +
                    "\"toolrack token list\" shows those of token-file.");
        if (may_be_listed) listed.push_back(id);
        if (may_be_signed) signed_ones.push_back(id);
        if (may_be_listed && !is_known && !may_be_signed)
            fmt::print(stderr, "There is no token {} in {}; it is revoked all the same.\n", id,
                       given.open_book().where().list.string());
    }
    lists.revoke_listed(listed, given.reason);
    lists.revoke_signed(signed_ones, given.reason);
}

}  // namespace

void revoke_tokens(const token_words& given) {
    const auto ids = named_ids(given);
    if (ids.empty() == given.principal.empty())
        misused("Say which: the ids of tokens, or --principal NAME for all that they hold.");
    const auto lists = find_lists(given);
    if (given.principal.empty()) revoke_ids(given, ids, lists);
    else lists.revoke_principal(given.principal, given.reason);
    if (given.as_json)
        fmt::print("{}\n", json::object({{"revoked", strings(ids)}, {"principal", given.principal}}).str());
    else
        fmt::print("Revoked {}.\n", ids.empty() ? "all tokens of " + printable(given.principal, 256)
                                                : fmt::format("{}", fmt::join(ids, ", ")));
}

}  // namespace toolrack::cli
