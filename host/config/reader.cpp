#include "config/reader.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "base/text.hpp"
#include "config/complaint.hpp"
#include "config/document.hpp"
#include "config/options.hpp"
#include "config/quantity.hpp"
#include "config/secret_reference.hpp"

namespace toolrack::config {
namespace {

// The terms of the TOML specification.
std::string_view kind_of(const toml::node& node) noexcept {
    switch (node.type()) {
    case toml::node_type::none: return "nothing";
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "an array";
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "an integer";
    case toml::node_type::floating_point: return "a float";
    case toml::node_type::boolean: return "a boolean";
    case toml::node_type::date: return "a date";
    case toml::node_type::time: return "a time";
    case toml::node_type::date_time: return "a date and time";
    }
    return "an unknown type";
}

[[noreturn]] void wrong_type(const toml::node& node, const std::string& name, std::string_view expected) {
    complain(location_of(node), name + " has the wrong type", expected, kind_of(node));
}

text text_of(const toml::node& node, std::string name) {
    const auto* written = node.as_string();
    if (!written) wrong_type(node, name, "a string");
    return expand(written->get(), std::move(name), location_of(node));
}

}  // namespace

reader::reader(const toml::table& table, location where, keys known) : table_(table), where_(std::move(where)) {
    check_keys(known, {});
}

reader::reader(
    const toml::table& table, std::string_view name, std::string header, keys known, std::string_view described)
    : table_(table), prefix_(std::string(name) + '.'), header_(std::move(header)), where_(location_of(table)) {
    check_keys(known, described);
}

void reader::check_keys(keys known, std::string_view described) const {
    for (auto&& [key, node] : table_) {
        if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
        std::string wrong = "unknown key " + (header_.empty() ? "at the top level" : "in " + header_);
        if (const auto near = nearest(key.str(), known); !near.empty() && described.empty())
            wrong += " (did you mean " + in_quotes(near) + "?)";
        complain(location_of(key.source()),
                 wrong,
                 described.empty() ? fmt::format("one of {}", fmt::join(known, ", ")) : std::string(described),
                 in_quotes(key.str()));
    }
}

std::string reader::name_of(std::string_view key) const { return prefix_ + std::string(key); }

location reader::where(std::string_view key) const {
    const toml::node* node = table_.get(key);
    return node ? location_of(*node) : where_;
}

std::vector<text> reader::list_of(std::string_view key, const toml::array& array) const {
    std::vector<text> list;
    for (const toml::node& element : array)
        list.push_back(text_of(element, fmt::format("{}[{}]", name_of(key), list.size())));
    return list;
}

std::optional<text> reader::find_text(std::string_view key) const {
    const toml::node* node = table_.get(key);
    if (!node) return std::nullopt;
    return text_of(*node, name_of(key));
}

std::optional<std::vector<text>> reader::find_list(std::string_view key) const {
    const toml::node* node = table_.get(key);
    if (!node) return std::nullopt;
    if (!node->is_array()) wrong_type(*node, name_of(key), "an array of strings");
    return list_of(key, *node->as_array());
}

std::optional<std::vector<text>> reader::find_text_or_list(std::string_view key) const {
    const toml::node* node = table_.get(key);
    if (!node) return std::nullopt;
    if (const auto* array = node->as_array()) return list_of(key, *array);
    if (!node->is_string()) wrong_type(*node, name_of(key), "a string or an array of strings");
    return std::vector{text_of(*node, name_of(key))};
}

std::optional<reader> reader::find_table(std::string_view key, keys known, std::string_view described) const {
    const toml::node* node = table_.get(key);
    if (!node) return std::nullopt;
    if (!node->is_table()) wrong_type(*node, name_of(key), fmt::format("a table, [{}]", name_of(key)));
    return reader(*node->as_table(), name_of(key), fmt::format("[{}]", name_of(key)), known, described);
}

std::vector<reader> reader::tables(std::string_view key, keys known) const {
    const toml::node* node = table_.get(key);
    if (!node) return {};
    const std::string header = fmt::format("[[{}{}]]", prefix_, key);
    const std::string expected = "an array of tables, each with the header " + header;
    if (!node->is_array()) wrong_type(*node, name_of(key), expected);
    std::vector<reader> found;
    for (const toml::node& element : *node->as_array()) {
        if (!element.is_table()) wrong_type(element, name_of(key), expected);
        found.push_back(reader(*element.as_table(), prefix_ + std::string(key), header, known));
    }
    return found;
}

bool reader::is_list(std::string_view key) const {
    const toml::node* node = table_.get(key);
    return node && node->is_array();
}

options reader::read_options(std::string_view key) const {
    const toml::node* node = table_.get(key);
    if (!node) return no_options();
    if (!node->is_table()) wrong_type(*node, name_of(key), "a table");
    return to_options(*node->as_table(), name_of(key));
}

std::vector<secret> reader::secrets(std::string_view key, std::size_t least_bytes) const {
    const std::string expected = R"(an array such as [{ file = "/etc/toolrack/seal.key" }])";
    std::vector<secret> found;
    const toml::node* node = table_.get(key);
    if (!node) return found;
    if (!node->is_array()) wrong_type(*node, name_of(key), expected);
    for (const toml::node& each : *node->as_array()) {
        const std::string name = fmt::format("{}[{}]", name_of(key), found.size());
        const auto* reference = each.as_table();
        auto bytes = reference ? find_secret(*reference, name) : std::nullopt;
        // The value is not shown: an operator may have written the secret itself.
        if (!bytes) complain(location_of(each), name + " is not a reference to a secret", expected, "something else");
        found.emplace_back(*bytes);
        wipe(*bytes);
        if (found.back().size() < least_bytes)
            complain(location_of(each),
                     name + " is too short",
                     fmt::format("at least {} bytes; create one with \"openssl rand -base64 32\"", least_bytes),
                     fmt::format("{} bytes", found.back().size()));
    }
    if (found.empty()) complain(location_of(*node), name_of(key) + " is empty", expected, "none");
    return found;
}

void reader::flag(std::string_view key, bool& into) const {
    const toml::node* node = table_.get(key);
    if (!node) return;
    if (!node->is_boolean()) wrong_type(*node, name_of(key), "true or false");
    into = node->as_boolean()->get();
}

void reader::duration(std::string_view key, milliseconds& into) const {
    constexpr std::string_view expected =
        R"(a duration such as "500ms", "30s", "5m", "24h" or "90d", above zero, up to "3650d")";
    const toml::node* node = table_.get(key);
    if (!node) return;
    if (!node->is_string()) wrong_type(*node, name_of(key), expected);
    const text written = text_of(*node, name_of(key));
    const auto parsed = parse_duration(written.value);
    if (!parsed) written.refuse("is not a valid duration", expected);
    into = *parsed;
}

void reader::size(std::string_view key, std::size_t& into, std::size_t most) const {
    constexpr std::size_t least = 256;
    const toml::node* node = table_.get(key);
    if (!node) return;
    const std::string expected =
        fmt::format(R"(a size from {} to {} bytes, or one such as "16KiB" or "4MiB")", least, most);

    std::optional<std::size_t> bytes;
    std::string found;
    if (const auto* number = node->as_integer()) {
        if (number->get() >= 0) bytes = static_cast<std::size_t>(number->get());
        found = std::to_string(number->get());
    } else if (node->is_string()) {
        const text written = text_of(*node, name_of(key));
        bytes = parse_size(written.value);
        found = written.shown();
    } else {
        wrong_type(*node, name_of(key), expected);
    }
    if (!bytes || *bytes < least || *bytes > most)
        complain(location_of(*node), name_of(key) + " is not a valid size", expected, found);
    into = *bytes;
}

std::optional<std::int64_t> reader::find_number(std::string_view key, std::uint64_t least, std::uint64_t most) const {
    const toml::node* node = table_.get(key);
    if (!node) return std::nullopt;
    const std::string expected = fmt::format("an integer from {} to {}", least, most);
    if (!node->is_integer()) wrong_type(*node, name_of(key), expected);
    const std::int64_t number = node->as_integer()->get();
    if (std::cmp_less(number, least) || std::cmp_greater(number, most))
        complain(location_of(*node), name_of(key) + " is out of range", expected, std::to_string(number));
    return number;
}

}  // namespace toolrack::config
