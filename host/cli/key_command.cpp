#include "cli/key_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <toolrack/json.hpp>
#include <utility>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "config/quantity.hpp"
#include "jwt/header.hpp"
#include "jwt/keys_file.hpp"
#include "base/rfc3339.hpp"

namespace toolrack::cli {
namespace {

using std::chrono::seconds;

std::int64_t now() {
    return std::chrono::duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

[[noreturn]] void misuse(const std::string& sentence) { throw failure(sentence, exit_code::usage); }

void say(const json::text& line) { fmt::print("{}\n", line.str()); }

jwt::key& find(jwt::key_ring& ring, const std::string& kid, const std::filesystem::path& file) {
    if (auto* key = ring.find(kid)) return *key;
    std::string names;
    for (const auto& one : ring.keys()) names += (names.empty() ? "" : ", ") + one.kid;
    misuse(fmt::format("There is no key {} in {}; it has {}.", printable(kid), file.string(),
                       names.empty() ? "none" : names));
}

// One with the name that was asked for, or a random one.
jwt::key fresh_key(const std::string& kid, const jwt::key_ring& ring) {
    auto made = jwt::make_key(now());
    if (!kid.empty()) {
        if (!jwt::is_kid(kid))
            misuse(fmt::format("\"{}\" is no id of a key: expected 1 to 32 of A-Z a-z 0-9 _ -", printable(kid)));
        made.kid = kid;
    }
    if (ring.find(made.kid)) misuse(fmt::format("There is a key {} already.", made.kid));
    return made;
}

std::string when(const std::optional<std::int64_t>& time) { return time ? to_rfc3339(*time) : ""; }

json::text described(const jwt::key& key) {
    auto line = json::object({{"kid", key.kid}, {"state", to_string(key.state)}, {"created", to_rfc3339(key.created)}});
    if (key.not_after) line.add("not_after", to_rfc3339(*key.not_after));
    return line;
}

seconds read_overlap(const std::string& written) {
    const auto parsed = config::parse_duration(written);
    if (!parsed || *parsed < seconds(1)) misuse("--overlap is not a duration such as \"30m\", \"24h\" or \"7d\".");
    return std::chrono::floor<seconds>(*parsed);
}

}  // namespace

key_command::key_command(CLI::App& program)
    : command_(program.add_subcommand("key",
                                      "The keys that signed tokens are made and checked with (backend hmac-token)")),
      make_(&add("new", "Make a key: one that signs, or, when there is one that does, one that is accepted beside it")),
      rotate_(&add("rotate", "Let a new key sign, and accept the old one for a while")),
      retire_(&add("retire", "Refuse every token that a key has signed, and will sign")),
      list_(&add("list", "Show the keys, without their secrets")),
      export_(&add("export", "Show a key's secret, for another minter of tokens")) {
    command_->require_subcommand(1);
    make_->add_option("--kid", kid_, "The key's id (default: a random one)")->type_name("KID");
    rotate_->add_option("--kid", kid_, "The key that signs from now on: a new id, or that of a key in state verify")
        ->type_name("KID");
    rotate_->add_option("--overlap", overlap_, "How long the old key is accepted; at least as long as its tokens live")
        ->type_name("TIME")
        ->capture_default_str();
    retire_->add_option("kid", kid_, "Which key")->required()->type_name("KID");
    export_->add_option("kid", kid_, "Which key (default: the one that signs)")->type_name("KID");
    auto* const form = export_->add_option_group("form");
    form->add_flag("--jwk", as_jwk_, "As a JSON Web Key");
    form->add_flag("--base64url", as_base64url_, "As 43 characters of base64url, which are the 32 bytes of the key");
    form->require_option(1);
    target_.add_options(*export_, "key");
}

CLI::App& key_command::add(const char* name, const char* what_for) {
    auto& added = *command_->add_subcommand(name, what_for);
    where_.add_options(added);
    added.add_flag("--json", as_json_, "One line of JSON");
    return added;
}

bool key_command::is_asked_for() const { return command_->parsed(); }

exit_code key_command::run() const {
    if (make_->parsed()) make();
    else if (rotate_->parsed()) rotate();
    else if (retire_->parsed()) retire();
    else if (list_->parsed()) list();
    else if (export_->parsed()) show();
    return exit_code::ok;
}

void key_command::make() const {
    const auto file = find_keys(where_);
    jwt::key made;
    jwt::change_keys(file, jwt::when_absent::make, [&](jwt::key_ring& ring) {
        made = fresh_key(kid_, ring);
        made.state = ring.active() ? jwt::key_state::verify : jwt::key_state::active;
        ring.keys().push_back({made.kid, made.bytes.copy(), made.state, made.created, {}});
    });
    if (as_json_) return say(described(made).add("file", file.string()));
    fmt::print("Made the key {} in {}; it {}.\n", made.kid, file.string(),
               made.state == jwt::key_state::active ? "signs" : "is accepted, and does not sign");
}

void key_command::rotate() const {
    const auto file = find_keys(where_);
    const auto overlap = read_overlap(overlap_);
    std::string signing, old, until;
    jwt::change_keys(file, jwt::when_absent::fail, [&](jwt::key_ring& ring) {
        const std::string before = ring.active() ? ring.active()->kid : "";
        if (kid_.empty() || !ring.find(kid_)) ring.keys().push_back(fresh_key(kid_, ring));
        auto& next = kid_.empty() ? ring.keys().back() : *ring.find(kid_);
        if (next.kid == before) misuse(fmt::format("The key {} signs already.", next.kid));
        if (!next.is_accepted_at(now()))
            misuse(fmt::format("The key {} is not accepted any more, so it cannot sign.", next.kid));
        if (auto* previous = before.empty() ? nullptr : ring.find(before)) {
            previous->state = jwt::key_state::verify;
            const auto end = now() + overlap.count();
            previous->not_after = std::min(previous->not_after.value_or(end), end);
            old = before;
            until = when(previous->not_after);
        }
        next.state = jwt::key_state::active;
        signing = next.kid;
    });
    if (as_json_) {
        auto line = json::object({{"active", signing}});
        if (!old.empty()) line.add("verify", old).add("not_after", until);
        return say(line.add("file", file.string()));
    }
    fmt::print("The key {} signs from now on.\n", signing);
    if (!old.empty())
        fmt::print("The key {0} is accepted until {1}. To end it before: toolrack key retire {0}\n", old, until);
}

void key_command::retire() const {
    const auto file = find_keys(where_);
    bool signed_until_now = false;
    jwt::change_keys(file, jwt::when_absent::fail, [&](jwt::key_ring& ring) {
        auto& key = find(ring, kid_, file);
        signed_until_now = key.state == jwt::key_state::active;
        key.state = jwt::key_state::retired;
    });
    if (as_json_) return say(json::object({{"kid", kid_}, {"state", "retired"}, {"file", file.string()}}));
    fmt::print("The key {} is retired: no token that it has signed is accepted.\n", kid_);
    if (signed_until_now) fmt::print("No key signs now. To let a new one: toolrack key new\n");
}

void key_command::list() const {
    const auto file = find_keys(where_);
    const auto ring = jwt::load_keys(file);
    if (as_json_) {
        auto all = json::array();
        for (const auto& key : ring.keys()) all.push(described(key));
        return say(json::object({{"file", file.string()}, {"keys", all}}));
    }
    fmt::print("{:32}  {:8}  {:20}  {}\n", "KEY", "STATE", "CREATED", "NOT AFTER");
    for (const auto& key : ring.keys())
        fmt::print("{:32}  {:8}  {:20}  {}\n", key.kid,
                   to_string(key.state), to_rfc3339(key.created), when(key.not_after));
}

void key_command::show() const {
    target_.check(as_json_);
    const auto file = find_keys(where_);
    auto ring = jwt::load_keys(file);
    if (kid_.empty() && !ring.active())
        misuse(fmt::format("No key in {} signs. Say which one is meant.", file.string()));
    const auto& key = kid_.empty() ? *ring.active() : find(ring, kid_, file);
    if (!key.is_accepted_at(now()))
        misuse(fmt::format("The key {} is not accepted any more, so nobody has a use for it.", key.kid));

    std::string encoded = base64url(key.bytes.reveal());
    // Filled in by hand, into a place that is wiped.
    if (as_jwk_)
        encoded.insert(0, R"({"kty":"oct","use":"sig","alg":"HS256","kid":")" + key.kid + R"(","k":")").append("\"}");
    const secret shown{std::string_view(encoded)};
    wipe(encoded);
    target_.put(shown);
    if (as_json_) say(described(key).add("file", file.string()));
}

}  // namespace toolrack::cli
