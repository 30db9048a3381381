#include "cli/token_commands.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <toolrack/json.hpp>

#include "cli/signing.hpp"
#include "cli/token_description.hpp"
#include "cli/token_revocation.hpp"
#include "cli/token_words.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "jwt/compact.hpp"
#include "jwt/keys_file.hpp"
#include "token/bearer.hpp"
#include "token/book.hpp"
#include "token/list.hpp"

namespace toolrack::cli {
namespace {

using token::record;

// From standard input: one line, without its end.
secret read_bearer() {
    constexpr std::size_t longest = 16 * 1024;
    std::string line;
    line.reserve(longest);  // so that growing leaves no copy behind
    for (int c = std::getc(stdin); c != EOF && c != '\n' && line.size() < longest; c = std::getc(stdin))
        line += static_cast<char>(c);
    const auto end = line.find_last_not_of(" \t\r");
    secret read{std::string_view(line).substr(0, end == std::string::npos ? 0 : end + 1)};
    wipe(line);
    if (read.empty())
        throw failure("There is nothing on standard input; the token is read from there.", exit_code::usage);
    return read;
}

void check_words(const record& one) {
    if (!token::is_principal(one.principal)) misused("--principal is a name of 1 to 256 bytes on one line.");
    if (!token::is_note(one.note)) misused("--note is at most 256 bytes on one line.");
    for (const auto& scope : one.scopes)
        if (!token::is_scope(scope))
            misused(fmt::format("--scope \"{}\" is not a scope; expected one such as orders:read.",
                                printable(scope, 80)));
    for (const auto& source : one.sources)
        if (!token::is_source(source))
            misused(fmt::format("--source \"{}\" is not a network; expected one such as 10.0.0.0/8, or \"unix\".",
                                printable(source, 80)));
}

// Makes a token, and puts into the list what `describe` makes of its bare record. Shown only when it counts.
void issue(const token_words& given,
           const token::book& book,
           const std::function<void(record& fresh, std::vector<record>& all)>& describe) {
    const auto bearer = token::make_bearer();
    record made;
    made.id = *token::id_of(bearer.reveal());
    made.hash = token::hash_of(bearer.reveal());
    made.created = this_second();
    if (!given.never_expires) made.expires = made.created + read_duration(given.ttl, "--ttl");
    book.change([&](std::vector<record>& all) {
        describe(made, all);
        all.push_back(made);
    });
    given.output.put(bearer);
    if (given.as_json) return fmt::print("{}\n", shown(made, "valid", {}).str());
    fmt::print(stderr, "Token {} for {}, {}, {}. It is not shown again.\n", made.id, printable(made.principal, 256),
               made.expires ? "valid until " + to_rfc3339(*made.expires) : "which never expires",
               made.scopes.empty() ? "without scopes: it may use only what asks for none"
                                   : fmt::format("with {}", fmt::join(made.scopes, ", ")));
}

void run_new(const token_words& given) {
    record wanted;
    wanted.principal = given.principal;
    wanted.scopes = given.scopes;
    wanted.sources = given.sources;
    wanted.note = given.note;
    check_words(wanted);
    if (!given.not_before.empty()) {
        wanted.not_before = read_rfc3339(given.not_before);
        if (!wanted.not_before)
            misused("--not-before is not a point in time; expected one such as 2027-02-20T10:00:00Z.");
    }
    given.output.check(given.as_json);
    issue(given, given.open_book(), [&](record& fresh, std::vector<record>&) {
        fresh.principal = wanted.principal;
        fresh.scopes = wanted.scopes;
        fresh.sources = wanted.sources;
        fresh.note = wanted.note;
        fresh.not_before = wanted.not_before;
    });
}

void run_rotate(const token_words& given) {
    const auto overlap = read_duration(given.overlap, "--overlap");
    given.output.check(given.as_json);
    const auto book = given.open_book();
    const auto revoked = book.read_revoked();
    issue(given, book, [&](record& fresh, std::vector<record>& all) {
        const auto old = std::ranges::find(all, given.id, &record::id);
        if (old == all.end())
            misused("There is no token with the id " + printable(given.id, 80) + " in " +
                    book.where().list.string() + '.');
        if (const auto state = state_of(*old, revoked, fresh.created); state != "valid" && state != "not yet")
            misused("The token " + old->id + " is " + state +
                    ", and only a valid one can be rotated. \"toolrack token new\" makes a fresh one.");
        fresh.principal = old->principal;
        fresh.scopes = old->scopes;
        fresh.sources = old->sources;
        fresh.note = old->note;
        const auto end = fresh.created + overlap;
        old->expires = old->expires ? std::min(*old->expires, end) : end;
        old->replaced_by = fresh.id;
    });
}

void run_list(const token_words& given) {
    const auto book = given.open_book();
    const auto records = book.read();
    const auto revoked = book.read_revoked();
    const auto uses = book.read_uses();
    const auto at = this_second();
    const auto idle_since = given.stale.empty() ? std::optional<sys_seconds>()
                                                : at - read_duration(given.stale, "--stale");
    auto all = json::array();
    if (!given.as_json)
        fmt::print("{:<13}{:<10}{:<22}{:<22}{:<20}{}\n", "ID", "STATE", "EXPIRES", "LAST USE", "PRINCIPAL", "SCOPES");
    for (const auto& one : records) {
        const auto found = uses.find(one.id);
        const auto used = found == uses.end() ? std::optional<sys_seconds>() : found->second;
        if (idle_since && std::max(used.value_or(sys_seconds()), one.created) > *idle_since) continue;
        const auto state = state_of(one, revoked, at);
        if (given.as_json) all.push(shown(one, state, used));
        else
            fmt::print("{:<13}{:<10}{:<22}{:<22}{:<20}{}\n", one.id, state, when(one.expires), used ? when(used) : "-",
                       printable(one.principal, 60), fmt::join(one.scopes, " "));
    }
    if (given.as_json) fmt::print("{}\n", all.str());
}

// As the server would see it that the configuration describes.
int verify_signed(const token_words& given, const secret& bearer) {
    const auto by = find_minting(given.where);
    const auto list = find_revocations(given.where);
    const auto revoked = list ? token::book({{}, *list, {}}).read_revoked() : token::revocations();
    const auto found = jwt::verify(bearer.reveal(), jwt::prepared_keys(jwt::load_keys(by.keys)), revoked,
                                   {by.issuer, by.audience, by.max_ttl}, this_second().time_since_epoch().count());
    if (!found) {
        const std::string why(to_string(found.error().why));
        if (given.as_json) fmt::print("{}\n", json::object({{"state", why}}).str());
        else fmt::print("The token is not accepted: {}.\n", why);
        return 1;
    }
    const auto& said = found->claims;
    if (given.as_json)
        fmt::print("{}\n", json::object({{"jti", said.id},
                                         {"principal", said.subject},
                                         {"scopes", strings(said.scopes)},
                                         {"state", "valid"},
                                         {"expires", to_rfc3339(found->expires)}}).str());
    else
        fmt::print("The token {} of {} is valid; it expires {}.\n", said.id, printable(said.subject, 256),
                   to_rfc3339(found->expires));
    return 0;
}

int run_verify(const token_words& given) {
    const auto bearer = read_bearer();
    if (jwt::is_compact(bearer.reveal())) return verify_signed(given, bearer);
    const auto id = token::id_of(bearer.reveal());
    const auto book = given.open_book();
    std::string state = "not a token of this list's making, or mistyped";
    const auto records = book.read();
    auto one = records.end();
    if (id) {
        one = std::ranges::find(records, token::hash_of(bearer.reveal()), &record::hash);
        state = one == records.end() ? "unknown" : state_of(*one, book.read_revoked(), this_second());
    }
    if (given.as_json) {
        fmt::print("{}\n", one == records.end() ? json::object({{"state", state}}).str()
                                                : shown(*one, state, {}).str());
    } else if (one == records.end()) {
        fmt::print("The token is {}.\n", state);
    } else {
        fmt::print("The token {} of {} is {}; it expires {}.\n", one->id, printable(one->principal, 256),
                   state, when(one->expires));
    }
    return state == "valid" || state == "replaced" ? 0 : 1;
}

void run_hash(const token_words& given) {
    const auto bearer = read_bearer();
    const auto id = token::id_of(bearer.reveal());
    if (!id) misused("What is on standard input is not a token of Toolrack's making: its shape or its check is wrong.");
    const auto hash = "sha256:" + hex(token::hash_of(bearer.reveal()));
    if (given.as_json) fmt::print("{}\n", json::object({{"id", *id}, {"hash", hash}}).str());
    else fmt::print("id = \"{}\"\nhash = \"{}\"\n", *id, hash);
}

void run_prune(const token_words& given) {
    const auto before = this_second() - read_duration(given.older, "--older");
    const auto book = given.open_book();
    const auto revoked = book.read_revoked();
    std::vector<std::string> gone;
    book.change([&](auto& records) {
        std::erase_if(records, [&](const record& one) {
            const bool is_over = one.expires && *one.expires <= before;
            const bool is_revoked = state_of(one, revoked, this_second()) == "revoked" && one.created <= before;
            if (is_over || is_revoked) gone.push_back(one.id);
            return is_over || is_revoked;
        });
    });
    if (given.as_json) fmt::print("{}\n", json::object({{"pruned", strings(gone)}}).str());
    else fmt::print("{}\n", gone.empty() ? std::string("Nothing to prune.")
                                         : fmt::format("Pruned {}.", fmt::join(gone, ", ")));
}

void add_place(CLI::App& command, token_words& given) {
    command.add_option("--tokens", given.tokens, "The list (default: what [auth] of the configuration says)")
        ->type_name("FILE");
    command.add_option("--config", given.where.config, "The configuration, when not where it usually is")
        ->type_name("FILE");
    command.add_flag("--json", given.as_json, "JSON instead of words");
}

void add_keys(CLI::App& command, token_words& given) {
    command.add_option("--keys", given.where.keys,
                       "The keys of signed tokens (default: what [auth] of the configuration says)")
        ->type_name("FILE");
}

void add_output(CLI::App& command, token_words& given) {
    given.output.add_options(command, "token");
    command.add_option("--ttl", given.ttl, "How long it is valid, such as 24h or 90d")
        ->type_name("DURATION")
        ->capture_default_str();
    command.add_flag("--never-expires", given.never_expires, "It is valid until it is revoked");
}

}  // namespace

CLI::App& add_token_commands(CLI::App& app, int& result) {
    const auto given = std::make_shared<token_words>();
    auto* token = app.add_subcommand("token", "Tokens for clients: make, list, revoke and rotate those of token-file; "
                                              "mint those of hmac-token");
    token->require_subcommand(1);
    const auto add = [&](const char* name, const char* about, auto run) {
        auto* command = token->add_subcommand(name, about);
        add_place(*command, *given);
        command->callback([given, run, &result] {
            if constexpr (std::is_void_v<decltype(run(*given))>) run(*given);
            else result = run(*given);
        });
        return command;
    };

    auto* fresh = add("new", "Make a token, which is shown once", run_new);
    fresh->add_option("--principal", given->principal, "Who holds it")->required()->type_name("NAME");
    fresh->add_option("--scope", given->scopes, "What they may do; may be given again")->type_name("SCOPE");
    fresh->add_option("--source", given->sources, "A network it may come from, or \"unix\"; may be given again")
        ->type_name("NETWORK");
    fresh->add_option("--not-before", given->not_before, "When it begins to count")->type_name("TIME");
    fresh->add_option("--note", given->note, "For people: where it is used")->type_name("TEXT");
    add_output(*fresh, *given);

    auto* rotate = add("rotate", "Make the successor of a token, and let the old one run out", run_rotate);
    rotate->add_option("id", given->id, "The id of the old one")->required()->type_name("ID");
    rotate->add_option("--overlap", given->overlap, "How long both are valid")
        ->type_name("DURATION")
        ->capture_default_str();
    add_output(*rotate, *given);

    auto* list = add("list", "Show who holds tokens, until when, and when each was last used", run_list);
    list->add_option("--stale", given->stale, "Only those that were not used for so long")->type_name("DURATION");

    auto* revoke = add("revoke", "Take tokens back, at once", revoke_tokens);
    revoke->add_option("id", given->ids, "Ids of tokens; of a signed one, its jti")->type_name("ID");
    add_keys(*revoke, *given);
    revoke->add_option("--principal", given->principal, "All that they hold by now")->type_name("NAME");
    revoke->add_flag("--stdin", given->from_input, "Read ids from standard input, one a line");
    revoke->add_option("--reason", given->reason, "For people")->type_name("TEXT");

    auto* verify = add("verify", "Say whether the token on standard input is valid (exit code 1 when not)", run_verify);
    add_keys(*verify, *given);
    given->where.add_mint_options(*verify);
    add("hash", "Print what a list keeps of the token on standard input", run_hash);
    auto* prune = add("prune", "Take tokens out of the list that ran out or were revoked", run_prune);
    prune->add_option("--older", given->older, "Only when that was so long ago")
        ->type_name("DURATION")
        ->capture_default_str();
    return *token;
}

}  // namespace toolrack::cli
