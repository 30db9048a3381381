#include "jwt/key_ring.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/base64.hpp"
#include "base/digest.hpp"
#include "base/rfc3339.hpp"
#include "base/seal.hpp"
#include "config/complaint.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"
#include "jwt/header.hpp"

namespace toolrack::jwt {
namespace {

using config::complain;
using config::location_of;

constexpr std::size_t key_characters = 43;
constexpr key_state states[] = {key_state::active, key_state::verify, key_state::retired};

void wipe_texts(toml::node& node) {
    if (auto* text = node.as_string()) wipe(text->get());
    if (auto* table = node.as_table())
        for (auto&& [name, value] : *table) wipe_texts(value);
    if (auto* array = node.as_array())
        for (auto& element : *array) wipe_texts(element);
}

// Wipes the secrets of a parsed file.
struct wiped_tree {
    toml::table root;
    ~wiped_tree() { wipe_texts(root); }
};

// Typed access to one [[key]]. Every function throws failure when a value is not usable.
class key_reader {
public:
    explicit key_reader(const toml::table& table) : table_(table) {}

    const std::string& text(std::string_view name) const {
        const auto& node = required(name, "a text");
        const auto* text = node.as_string();
        if (!text) refuse(node, name, "is not a text", "a text in quotes", "something else");
        return text->get();
    }
    std::optional<std::int64_t> find_time(std::string_view name) const {
        const auto* node = table_.get(name);
        if (!node) return std::nullopt;
        constexpr std::string_view expected = "a date and time such as 2027-01-15T08:00:00Z";
        const auto* time = node->as_date_time();
        if (!time) refuse(*node, name, "is not a point in time", expected, "something else");
        if (!time->get().offset) refuse(*node, name, "does not say in which time zone it is", expected, "none");
        const auto seconds = seconds_of(time->get());
        if (!has_four_digit_year(sys_seconds(std::chrono::seconds(seconds))))
            refuse(*node, name, "is not a point in time", expected, "something else");
        return seconds;
    }
    std::int64_t time(std::string_view name) const {
        required(name, "a date and time");
        return *find_time(name);
    }
    config::location where(std::string_view name) const {
        const auto* node = table_.get(name);
        return node ? location_of(*node) : location_of(table_);
    }

private:
    const toml::node& required(std::string_view name, std::string_view expected) const {
        const auto* node = table_.get(name);
        if (!node) complain(location_of(table_), fmt::format("a [[key]] without {}", name), expected, "none");
        return *node;
    }
    [[noreturn]] static void refuse(const toml::node& node,
                                    std::string_view name,
                                    std::string_view wrong,
                                    std::string_view expected,
                                    std::string_view found) {
        complain(location_of(node), fmt::format("key.{} {}", name, wrong), expected, found);
    }
    static std::int64_t seconds_of(const toml::date_time& time) {
        using namespace std::chrono;
        const sys_days day{year(time.date.year) / month(time.date.month) / std::chrono::day(time.date.day)};
        const auto point =
            day + hours(time.time.hour) + minutes(time.time.minute - time.offset->minutes) + seconds(time.time.second);
        return duration_cast<seconds>(point.time_since_epoch()).count();
    }

    const toml::table& table_;
};

std::optional<secret> key_in(std::string_view text) {
    if (!text.starts_with(key_prefix)) return std::nullopt;
    text.remove_prefix(key_prefix.size());
    auto bytes = text.size() == key_characters ? base64url_decoded(text) : std::nullopt;
    if (!bytes) return std::nullopt;
    secret key{std::string_view(*bytes)};
    wipe(*bytes);
    return key;
}

key read_key(const key_reader& from) {
    key read;
    read.kid = from.text("kid");
    // The errors quote neither the kid nor the state: the secret may stand there by mistake.
    if (!is_kid(read.kid))
        complain(from.where("kid"), "key.kid is not the id of a key", "1 to 32 of A-Z a-z 0-9 _ -", "something else");

    auto bytes = key_in(from.text("secret"));
    // Not quoted: it is probably a secret of another form.
    if (!bytes)
        complain(from.where("secret"),
                 "key.secret is not a key",
                 "trkk_ and 43 characters of base64url, as \"toolrack key new\" writes them (not a PEM, a JWK, a "
                 "password or a key of another length)",
                 "something else");
    read.bytes = std::move(*bytes);

    const auto& state = from.text("state");
    const auto known =
        std::find_if(std::begin(states), std::end(states), [&](auto one) { return to_string(one) == state; });
    if (known == std::end(states))
        complain(
            from.where("state"), "key.state is not a state", R"("active", "verify" or "retired")", "something else");
    read.state = *known;
    read.created = from.time("created");
    read.not_after = from.find_time("not_after");
    return read;
}

void check_unique(const key& added, const key_ring& ring, const key_reader& from) {
    if (ring.keys().size() == key_ring::most_keys)
        complain(from.where("kid"), "too many keys", fmt::format("at most {}", key_ring::most_keys), "more");
    if (ring.find(added.kid))
        complain(from.where("kid"),
                 "two keys have the kid " + config::in_quotes(added.kid),
                 "each kid once",
                 "a second one");
    const auto same = [&](const key& other) { return other.bytes.reveal() == added.bytes.reveal(); };
    const auto twin = std::find_if(ring.keys().begin(), ring.keys().end(), same);
    if (twin != ring.keys().end())
        complain(from.where("secret"),
                 fmt::format("the keys {} and {} have the same secret", twin->kid, added.kid),
                 "one kid for each secret, so that retiring the kid retires the secret",
                 "two");
    if (added.state == key_state::active && ring.active())
        complain(from.where("state"),
                 fmt::format("the keys {} and {} are both active", ring.active()->kid, added.kid),
                 R"(one active key, and "verify" for others that are accepted)",
                 "two");
}

void check_schema(const toml::table& root, const std::string& file) {
    const auto* schema = root.get("schema");
    constexpr std::string_view expected = "schema = 1";
    if (!schema) complain({.file = file}, "the keys file has no schema", expected, "none");
    if (schema->value_exact<std::int64_t>() != 1)
        complain(location_of(*schema), "the schema of the keys file is not supported", expected, "another");
}

}  // namespace

std::string_view to_string(key_state state) noexcept {
    switch (state) {
    case key_state::active: return "active";
    case key_state::verify: return "verify";
    case key_state::retired: return "retired";
    }
    return "retired";
}

const key* key_ring::active() const noexcept {
    const auto found =
        std::find_if(keys_.begin(), keys_.end(), [](const key& one) { return one.state == key_state::active; });
    return found == keys_.end() ? nullptr : &*found;
}

const key* key_ring::find(std::string_view kid) const noexcept {
    const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const key& one) { return one.kid == kid; });
    return found == keys_.end() ? nullptr : &*found;
}

key* key_ring::find(std::string_view kid) noexcept { return const_cast<key*>(std::as_const(*this).find(kid)); }

key_ring read_key_ring(std::string_view text, const std::string& file) {
    const wiped_tree tree{config::parse(text, file)};
    const config::reader whole(tree.root, {.file = file}, {"schema", "key"});
    check_schema(tree.root, file);
    whole.tables("key", {"kid", "secret", "state", "created", "not_after"});  // complains about any other

    key_ring ring;
    const auto* entries = tree.root.get_as<toml::array>("key");
    for (std::size_t n = 0; entries && n != entries->size(); ++n) {
        const key_reader from(*entries->get_as<toml::table>(n));
        key read = read_key(from);
        check_unique(read, ring, from);
        ring.keys().push_back(std::move(read));
    }
    return ring;
}

secret write_key_ring(const key_ring& ring) {
    constexpr std::size_t most_per_key = 512;  // reserved: growing would leave copies of the keys in memory
    std::string text;
    text.reserve((ring.keys().size() + 1) * most_per_key);
    text += "# Secret keys that sign tokens. Written by \"toolrack key\", which drops other comments.\n"
            "schema = 1\n";
    for (const key& one : ring.keys()) {
        text += "\n[[key]]\nkid = \"" + one.kid + "\"\nsecret = \"";
        std::string encoded = base64url(one.bytes.reveal());
        text += key_prefix;
        text += encoded;
        wipe(encoded);
        text += "\"\nstate = \"";
        text += to_string(one.state);
        text += "\"\ncreated = " + to_rfc3339(one.created) + '\n';
        if (one.not_after) text += "not_after = " + to_rfc3339(*one.not_after) + '\n';
    }
    secret written{std::string_view(text)};
    wipe(text);
    return written;
}

key make_key(std::int64_t now) {
    key made;
    const auto id = base64url_decoded(random_id(5));
    made.kid = "k" + hex(std::string_view(*id));
    made.bytes = random_key();
    made.created = now;
    return made;
}

}  // namespace toolrack::jwt
