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

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/signing_options.hpp"
#include "cli/token_description.hpp"
#include "cli/token_options.hpp"
#include "cli/token_revocation.hpp"
#include "cli/usage_error.hpp"
#include "identity/scope.hpp"
#include "jwt/compact.hpp"
#include "jwt/keys_file.hpp"
#include "token/bearer.hpp"
#include "token/file_set.hpp"
#include "token/list.hpp"

namespace toolrack::cli {
namespace {

using token::record;

// The first line of standard input, without white space at its end.
secret read_token() {
    constexpr std::size_t max_size = 16 * 1024;
    std::string line;
    line.reserve(max_size);  // a reallocation would leave a copy in freed memory
    for (int c = std::getc(stdin); c != EOF && c != '\n' && line.size() < max_size; c = std::getc(stdin))
        line += static_cast<char>(c);
    const auto end = line.find_last_not_of(" \t\r");
    secret read{std::string_view(line).substr(0, end == std::string::npos ? 0 : end + 1)};
    wipe(line);
    if (read.empty()) throw failure("Standard input is empty; this command reads the token from it.", exit_code::usage);
    return read;
}

void check_values(const record& one) {
    if (!token::is_principal(one.principal))
        usage_error("--principal is not a valid name: expected 1 to 256 bytes on one line.");
    if (!token::is_note(one.note)) usage_error("--note is too long: expected at most 256 bytes on one line.");
    for (const auto& scope : one.scopes)
        if (!identity::can_be_granted(scope))
            usage_error(fmt::format("--scope \"{}\" is not a valid scope; expected one such as orders:read.",
                                    printable(scope, 80)));
    for (const auto& source : one.sources)
        if (!token::is_source(source))
            usage_error(fmt::format("--source \"{}\" is not a network; expected one such as 10.0.0.0/8, or \"unix\".",
                                    printable(source, 80)));
}

// Creates a token, lets `fill_in` complete its record, and adds it to the list. Prints it only after the list is
// written.
void issue(const token_options& given,
           const token::file_set& files,
           const std::function<void(record& created, std::vector<record>& all)>& fill_in) {
    const auto bearer = token::make_bearer();
    record created;
    created.id = *token::id_of(bearer.reveal());
    created.hash = token::hash_of(bearer.reveal());
    created.created = this_second();
    if (!given.never_expires) created.expires = created.created + read_duration(given.ttl, "--ttl");
    files.change([&](std::vector<record>& all) {
        fill_in(created, all);
        all.push_back(created);
    });
    given.output.write(bearer);
    if (given.as_json) return fmt::print("{}\n", to_json(created, "valid", {}).str());
    fmt::print(stderr,
               "Token {} for {}, {}, {}. It cannot be shown again.\n",
               created.id,
               printable(created.principal, 256),
               created.expires ? "valid until " + to_rfc3339(*created.expires) : "without expiry",
               created.scopes.empty() ? "without scopes: only features that require no scope can be used"
                                      : fmt::format("with the scopes {}", fmt::join(created.scopes, ", ")));
}

void run_new(const token_options& given) {
    record wanted;
    wanted.principal = given.principal;
    wanted.scopes = given.scopes;
    wanted.sources = given.sources;
    wanted.note = given.note;
    check_values(wanted);
    if (!given.not_before.empty()) {
        wanted.not_before = read_rfc3339(given.not_before);
        if (!wanted.not_before) usage_error("--not-before is not a time; expected one such as 2027-02-20T10:00:00Z.");
    }
    given.output.check(given.as_json);
    issue(given, given.open_files(), [&](record& created, std::vector<record>&) {
        created.principal = wanted.principal;
        created.scopes = wanted.scopes;
        created.sources = wanted.sources;
        created.note = wanted.note;
        created.not_before = wanted.not_before;
    });
}

void run_rotate(const token_options& given) {
    const auto overlap = read_duration(given.overlap, "--overlap");
    given.output.check(given.as_json);
    const auto files = given.open_files();
    const auto revoked = files.read_revocations();
    issue(given, files, [&](record& created, std::vector<record>& all) {
        const auto old = std::ranges::find(all, given.id, &record::id);
        if (old == all.end())
            usage_error("Token " + printable(given.id, 80) + " does not exist in " + files.where().list.string() + '.');
        if (const auto state = state_of(*old, revoked, created.created); state != "valid" && state != "not yet")
            usage_error("Token " + old->id + " is " + state +
                        ", and only a valid token can be rotated. Create a new one with \"toolrack token new\".");
        created.principal = old->principal;
        created.scopes = old->scopes;
        created.sources = old->sources;
        created.note = old->note;
        const auto end = created.created + overlap;
        old->expires = old->expires ? std::min(*old->expires, end) : end;
        old->replaced_by = created.id;
    });
}

void run_list(const token_options& given) {
    const auto files = given.open_files();
    const auto records = files.read_records();
    const auto revoked = files.read_revocations();
    const auto uses = files.read_last_uses();
    const auto at = this_second();
    const auto idle_since =
        given.stale.empty() ? std::optional<sys_seconds>() : at - read_duration(given.stale, "--stale");
    auto all = json::array();
    if (!given.as_json)
        fmt::print("{:<13}{:<10}{:<22}{:<22}{:<20}{}\n", "ID", "STATE", "EXPIRES", "LAST USE", "PRINCIPAL", "SCOPES");
    for (const auto& one : records) {
        const auto found = uses.find(one.id);
        const auto used = found == uses.end() ? std::optional<sys_seconds>() : found->second;
        if (idle_since && std::max(used.value_or(sys_seconds()), one.created) > *idle_since) continue;
        const auto state = state_of(one, revoked, at);
        if (given.as_json) all.push(to_json(one, state, used));
        else
            fmt::print("{:<13}{:<10}{:<22}{:<22}{:<20}{}\n",
                       one.id,
                       state,
                       to_text(one.expires),
                       used ? to_text(used) : "-",
                       printable(one.principal, 60),
                       fmt::join(one.scopes, " "));
    }
    if (given.as_json) fmt::print("{}\n", all.str());
}

// Verifies the token as the configured server would.
int verify_signed(const token_options& given, const secret& bearer) {
    const auto by = find_minting_settings(given.signing);
    const auto list = find_revocations(given.signing);
    const auto revoked = list ? token::file_set({{}, *list, {}}).read_revocations() : token::revocations();
    const auto found = jwt::verify(bearer.reveal(),
                                   jwt::prepared_keys(jwt::load_keys(by.keys)),
                                   revoked,
                                   {by.issuer, by.audience, by.max_ttl},
                                   this_second().time_since_epoch().count());
    if (!found) {
        const std::string why(to_string(found.error().why));
        if (given.as_json) fmt::print("{}\n", json::object({{"state", why}}).str());
        else fmt::print("The token is rejected: {}.\n", why);
        return 1;
    }
    const auto& claims = found->claims;
    if (given.as_json)
        fmt::print("{}\n",
                   json::object({{"jti", claims.id},
                                 {"principal", claims.subject},
                                 {"scopes", to_json(claims.scopes)},
                                 {"state", "valid"},
                                 {"expires", to_rfc3339(found->expires)}})
                       .str());
    else
        fmt::print("Token {} of {} is valid; expiry: {}.\n",
                   claims.id,
                   printable(claims.subject, 256),
                   to_rfc3339(found->expires));
    return 0;
}

int run_verify(const token_options& given) {
    const auto bearer = read_token();
    if (jwt::is_compact(bearer.reveal())) return verify_signed(given, bearer);
    const auto id = token::id_of(bearer.reveal());
    const auto files = given.open_files();
    std::string state = "not a token of token-file, or mistyped";
    const auto records = files.read_records();
    auto one = records.end();
    if (id) {
        one = std::ranges::find(records, token::hash_of(bearer.reveal()), &record::hash);
        state = one == records.end() ? "unknown" : state_of(*one, files.read_revocations(), this_second());
    }
    if (given.as_json) {
        fmt::print("{}\n",
                   one == records.end() ? json::object({{"state", state}}).str() : to_json(*one, state, {}).str());
    } else if (one == records.end()) {
        fmt::print("The token is {}.\n", state);
    } else {
        fmt::print("Token {} of {} is {}; expiry: {}.\n",
                   one->id,
                   printable(one->principal, 256),
                   state,
                   to_text(one->expires));
    }
    return state == "valid" || state == "replaced" ? 0 : 1;
}

void run_hash(const token_options& given) {
    const auto bearer = read_token();
    const auto id = token::id_of(bearer.reveal());
    if (!id) usage_error("Standard input is not a token of token-file: its format or its checksum is wrong.");
    const auto hash = "sha256:" + hex(token::hash_of(bearer.reveal()));
    if (given.as_json) fmt::print("{}\n", json::object({{"id", *id}, {"hash", hash}}).str());
    else fmt::print("id = \"{}\"\nhash = \"{}\"\n", *id, hash);
}

void run_prune(const token_options& given) {
    const auto before = this_second() - read_duration(given.older, "--older");
    const auto files = given.open_files();
    const auto revoked = files.read_revocations();
    std::vector<std::string> removed;
    files.change([&](auto& records) {
        std::erase_if(records, [&](const record& one) {
            const bool is_over = one.expires && *one.expires <= before;
            const bool is_revoked = state_of(one, revoked, this_second()) == "revoked" && one.created <= before;
            if (is_over || is_revoked) removed.push_back(one.id);
            return is_over || is_revoked;
        });
    });
    if (given.as_json) fmt::print("{}\n", json::object({{"pruned", to_json(removed)}}).str());
    else
        fmt::print("{}\n",
                   removed.empty() ? std::string("No tokens to prune.")
                                   : fmt::format("Pruned {}.", fmt::join(removed, ", ")));
}

void add_list_options(CLI::App& command, token_options& given) {
    command.add_option("--tokens", given.tokens, "The token list (default: that of [auth] in the configuration)")
        ->type_name("FILE");
    command.add_option("--config", given.signing.config, "The configuration file (default: as for \"toolrack serve\")")
        ->type_name("FILE");
    command.add_flag("--json", given.as_json, "Print JSON");
}

void add_keys_option(CLI::App& command, token_options& given) {
    command
        .add_option("--keys",
                    given.signing.keys,
                    "The keys file of signed tokens (default: that of [auth] in the configuration)")
        ->type_name("FILE");
}

void add_output_options(CLI::App& command, token_options& given) {
    given.output.add_options(command, "token");
    command.add_option("--ttl", given.ttl, "The lifetime of the token, such as 24h or 90d")
        ->type_name("DURATION")
        ->capture_default_str();
    command.add_flag("--never-expires", given.never_expires, "The token does not expire");
}

}  // namespace

CLI::App& add_token_commands(CLI::App& app, int& result) {
    const auto given = std::make_shared<token_options>();
    auto* token = app.add_subcommand("token",
                                     "Manage tokens: create, list, revoke and rotate those of token-file; "
                                     "mint those of hmac-token");
    token->require_subcommand(1);
    const auto add = [&](const char* name, const char* about, auto run) {
        auto* command = token->add_subcommand(name, about);
        add_list_options(*command, *given);
        command->callback([given, run, &result] {
            if constexpr (std::is_void_v<decltype(run(*given))>) run(*given);
            else result = run(*given);
        });
        return command;
    };

    auto* fresh = add("new", "Create a token and show it once", run_new);
    fresh->add_option("--principal", given->principal, "The name of its holder")->required()->type_name("NAME");
    fresh->add_option("--scope", given->scopes, "A scope of the token; can be repeated")->type_name("SCOPE");
    fresh
        ->add_option(
            "--source", given->sources, "A network from which the token is accepted, or \"unix\"; can be repeated")
        ->type_name("NETWORK");
    fresh->add_option("--not-before", given->not_before, "The time from which the token is valid")->type_name("TIME");
    fresh->add_option("--note", given->note, "A note for people")->type_name("TEXT");
    add_output_options(*fresh, *given);

    auto* rotate = add("rotate", "Create a replacement for a token, and let the old one expire", run_rotate);
    rotate->add_option("id", given->id, "The id of the old token")->required()->type_name("ID");
    rotate->add_option("--overlap", given->overlap, "How long the old token stays valid")
        ->type_name("DURATION")
        ->capture_default_str();
    add_output_options(*rotate, *given);

    auto* list = add("list", "List the tokens with holder, state, expiry and last use", run_list);
    list->add_option("--stale", given->stale, "List only tokens that have not been used for this time")
        ->type_name("DURATION");

    auto* revoke = add("revoke", "Revoke tokens immediately", revoke_tokens);
    revoke->add_option("id", given->ids, "The ids of tokens; the id of a signed token is its jti")->type_name("ID");
    add_keys_option(*revoke, *given);
    revoke->add_option("--principal", given->principal, "Revoke all current tokens of this holder")->type_name("NAME");
    revoke->add_flag("--stdin", given->from_stdin, "Read the ids from standard input, one a line");
    revoke->add_option("--reason", given->reason, "A reason for people")->type_name("TEXT");

    auto* verify = add("verify", "Verify the token on standard input (exit code 1 when it is not valid)", run_verify);
    add_keys_option(*verify, *given);
    given->signing.add_mint_options(*verify);
    add("hash", "Print the id and the hash of the token on standard input, as a token list stores them", run_hash);
    auto* prune = add("prune", "Remove expired and revoked tokens from the list", run_prune);
    prune
        ->add_option("--older",
                     given->older,
                     "Remove only tokens that expired, or were created and then revoked, before this time")
        ->type_name("DURATION")
        ->capture_default_str();
    return *token;
}

}  // namespace toolrack::cli
