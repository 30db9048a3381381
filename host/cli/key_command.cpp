#include "cli/key_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <toolrack/json.hpp>
#include <utility>

#include "base/base64.hpp"
#include "base/rfc3339.hpp"
#include "base/text.hpp"
#include "cli/usage_error.hpp"
#include "config/quantity.hpp"
#include "jwt/header.hpp"
#include "jwt/keys_file.hpp"

namespace toolrack::cli {
namespace {

using std::chrono::seconds;

std::int64_t seconds_since_1970() { return this_second().time_since_epoch().count(); }

void print(const json::text& line) { fmt::print("{}\n", line.str()); }

jwt::key& find(jwt::key_ring& ring, const std::string& kid, const std::filesystem::path& file) {
    if (auto* key = ring.find(kid)) return *key;
    std::string names;
    for (const auto& one : ring.keys()) names += (names.empty() ? "" : ", ") + one.kid;
    usage_error(fmt::format("Key {} does not exist in {}, which has these: {}.",
                            printable(kid),
                            file.string(),
                            names.empty() ? "none" : names));
}

// With a random id when `kid` is empty.
jwt::key make_key(const std::string& kid, const jwt::key_ring& ring) {
    auto made = jwt::make_key(seconds_since_1970());
    if (!kid.empty()) {
        if (!jwt::is_kid(kid))
            usage_error(fmt::format("\"{}\" is not a valid key id: expected 1 to 32 characters from A-Z a-z 0-9 _ -",
                                    printable(kid)));
        made.kid = kid;
    }
    if (ring.find(made.kid)) usage_error(fmt::format("Key {} already exists.", made.kid));
    return made;
}

std::string time_or_empty(const std::optional<std::int64_t>& time) { return time ? to_rfc3339(*time) : ""; }

json::text describe(const jwt::key& key) {
    auto line = json::object({{"kid", key.kid}, {"state", to_string(key.state)}, {"created", to_rfc3339(key.created)}});
    if (key.not_after) line.add("notAfter", to_rfc3339(*key.not_after));
    return line;
}

seconds read_overlap(const std::string& written) {
    const auto parsed = config::parse_duration(written);
    if (!parsed || *parsed < seconds(1))
        usage_error("--overlap is not a duration; expected one such as 30m, 24h or 7d.");
    return std::chrono::floor<seconds>(*parsed);
}

}  // namespace

key_command::key_command(CLI::App& program)
    : command_(program.add_subcommand("key", "Manage the signing keys of the auth backend hmac-token")),
      make_(&add("new", "Create a key: the active one if there is none yet, else one that only verifies")),
      rotate_(&add("rotate", "Make another key the active one, and accept the old one for some time")),
      retire_(&add("retire", "Reject all tokens that are signed with a key")),
      list_(&add("list", "List the keys, without their secrets")),
      export_(&add("export", "Print the secret of a key, for another program that signs tokens")) {
    command_->require_subcommand(1);
    make_->add_option("--kid", kid_, "The id of the key (default: a random one)")->type_name("KID");
    rotate_->add_option("--kid", kid_, "The key to make active: a new id, or the id of a key in state verify")
        ->type_name("KID");
    rotate_->add_option("--overlap", overlap_, "How long the old key is accepted; at least the lifetime of its tokens")
        ->type_name("TIME")
        ->capture_default_str();
    retire_->add_option("kid", kid_, "The id of the key")->required()->type_name("KID");
    export_->add_option("kid", kid_, "The id of the key (default: the active one)")->type_name("KID");
    auto* const form = export_->add_option_group("form");
    form->add_flag("--jwk", as_jwk_, "Print a JSON Web Key");
    form->add_flag("--base64url", as_base64url_, "Print the 32 bytes of the key as 43 characters of base64url");
    form->require_option(1);
    output_.add_options(*export_, "key");
}

CLI::App& key_command::add(const char* name, const char* description) {
    auto& added = *command_->add_subcommand(name, description);
    where_.add_options(added);
    added.add_flag("--json", as_json_, "Print one line of JSON");
    return added;
}

bool key_command::is_selected() const { return command_->parsed(); }

exit_code key_command::run() const {
    if (make_->parsed()) make();
    else if (rotate_->parsed()) rotate();
    else if (retire_->parsed()) retire();
    else if (list_->parsed()) list();
    else if (export_->parsed()) export_key();
    return exit_code::ok;
}

void key_command::make() const {
    const auto file = find_keys(where_);
    jwt::key made;
    jwt::change_keys(file, jwt::when_absent::create, [&](jwt::key_ring& ring) {
        made = make_key(kid_, ring);
        made.state = ring.active() ? jwt::key_state::verify : jwt::key_state::active;
        ring.keys().push_back({made.kid, made.bytes.copy(), made.state, made.created, {}});
    });
    if (as_json_) return print(describe(made).add("file", file.string()));
    fmt::print("Created key {} in {}; its state is {}.\n", made.kid, file.string(), to_string(made.state));
}

void key_command::rotate() const {
    const auto file = find_keys(where_);
    const auto overlap = read_overlap(overlap_);
    std::string signing, old, until;
    jwt::change_keys(file, jwt::when_absent::fail, [&](jwt::key_ring& ring) {
        const std::string before = ring.active() ? ring.active()->kid : "";
        if (kid_.empty() || !ring.find(kid_)) ring.keys().push_back(make_key(kid_, ring));
        auto& next = kid_.empty() ? ring.keys().back() : *ring.find(kid_);
        if (next.kid == before) usage_error(fmt::format("Key {} is already the active key.", next.kid));
        if (!next.is_accepted_at(seconds_since_1970()))
            usage_error(fmt::format("Key {} is no longer accepted, so it cannot be the active key.", next.kid));
        if (auto* previous = before.empty() ? nullptr : ring.find(before)) {
            previous->state = jwt::key_state::verify;
            const auto end = seconds_since_1970() + overlap.count();
            previous->not_after = std::min(previous->not_after.value_or(end), end);
            old = before;
            until = time_or_empty(previous->not_after);
        }
        next.state = jwt::key_state::active;
        signing = next.kid;
    });
    if (as_json_) {
        auto line = json::object({{"active", signing}});
        if (!old.empty()) line.add("verify", old).add("notAfter", until);
        return print(line.add("file", file.string()));
    }
    fmt::print("Key {} is now the active key.\n", signing);
    if (!old.empty())
        fmt::print("Key {0} is accepted until {1}. To reject its tokens now: toolrack key retire {0}\n", old, until);
}

void key_command::retire() const {
    const auto file = find_keys(where_);
    bool was_active = false;
    jwt::change_keys(file, jwt::when_absent::fail, [&](jwt::key_ring& ring) {
        auto& key = find(ring, kid_, file);
        was_active = key.state == jwt::key_state::active;
        key.state = jwt::key_state::retired;
    });
    if (as_json_) return print(json::object({{"kid", kid_}, {"state", "retired"}, {"file", file.string()}}));
    fmt::print("Key {} is retired: tokens that are signed with it are rejected.\n", kid_);
    if (was_active) fmt::print("There is no active key now. To create one: toolrack key new\n");
}

void key_command::list() const {
    const auto file = find_keys(where_);
    const auto ring = jwt::load_keys(file);
    if (as_json_) {
        auto all = json::array();
        for (const auto& key : ring.keys()) all.push(describe(key));
        return print(json::object({{"file", file.string()}, {"keys", all}}));
    }
    fmt::print("{:32}  {:8}  {:20}  {}\n", "KEY", "STATE", "CREATED", "NOT AFTER");
    for (const auto& key : ring.keys())
        fmt::print("{:32}  {:8}  {:20}  {}\n",
                   key.kid,
                   to_string(key.state),
                   to_rfc3339(key.created),
                   time_or_empty(key.not_after));
}

void key_command::export_key() const {
    output_.check(as_json_);
    const auto file = find_keys(where_);
    auto ring = jwt::load_keys(file);
    if (kid_.empty() && !ring.active())
        usage_error(fmt::format("There is no active key in {}. Name the key to export.", file.string()));
    const auto& key = kid_.empty() ? *ring.active() : find(ring, kid_, file);
    if (!key.is_accepted_at(seconds_since_1970()))
        usage_error(fmt::format("Key {} is no longer accepted, so it is not exported.", key.kid));

    std::string encoded = base64url(key.bytes.reveal());
    // Not made by the JSON builder, whose buffers are not wiped.
    if (as_jwk_)
        encoded.insert(0, R"({"kty":"oct","use":"sig","alg":"HS256","kid":")" + key.kid + R"(","k":")").append("\"}");
    const secret exported{std::string_view(encoded)};
    wipe(encoded);
    output_.write(exported);
    if (as_json_) print(describe(key).add("file", file.string()));
}

}  // namespace toolrack::cli
