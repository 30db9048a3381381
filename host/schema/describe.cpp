#include "schema/describe.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace toolrack::schema {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_text = 72;
constexpr std::size_t longest_phrase = 300;
constexpr std::size_t most_words = 40;
constexpr int most_schemas = 40;  // looked at for one phrase

constexpr std::array<std::pair<type_set, std::string_view>, 7> type_words{{
    {types::number, "a number"},
    {types::integer, "an integer"},
    {types::string, "a string"},
    {types::boolean, "true or false"},
    {types::array, "an array"},
    {types::object, "an object"},
    {types::null, "null"},
}};

std::string joined(const std::vector<std::string>& words, std::string_view last_glue) {
    std::string out;
    for (std::size_t i = 0; i != words.size(); ++i) {
        if (out.size() > longest_phrase) return out + ", ...";
        out.append(i == 0 ? "" : i + 1 == words.size() ? last_glue : ", ").append(words[i]);
    }
    return out;
}

std::string type_phrase(type_set set) {
    if (set & types::number) set &= static_cast<type_set>(~types::integer);
    std::vector<std::string> words;
    for (const auto& [bit, word] : type_words)
        if (set & bit) words.emplace_back(word);
    return joined(words, " or ");
}

std::string count_phrase(const count_range& range, std::string_view noun) {
    const bool has_most = range.most != count_range{}.most;
    if (range.least == range.most) return " of exactly " + counted(range.least, noun);
    if (range.least == 0) return " of at most " + counted(range.most, noun);
    if (!has_most) return " of at least " + counted(range.least, noun);
    return " of " + std::to_string(range.least) + " to " + counted(range.most, noun);
}

std::string range_phrase(const number_range& r) {
    if (r.least && r.most && !r.above_least && !r.below_most)
        return " between " + r.least->text() + " and " + r.most->text();
    std::string out;
    if (r.least) out = (r.above_least ? " greater than " : " of at least ") + r.least->text();
    if (r.least && r.most) out += " and";
    if (r.most) out += (r.below_most ? " less than " : " of at most ") + r.most->text();
    return out;
}

// Collects the description of one node from its rules: nouns such as "a string", and their properties.
class describing {
public:
    // `left` is how many more schemas may be looked at, by this and all inside it.
    describing(const program& in, int& left) : in_(in), left_(left) {}

    std::string node_phrase(node_id id) {
        const auto& schema = in_.nodes[id];
        if (schema.types == types::none) return "nothing";
        --left_;
        for (const auto& r : schema.rules) std::visit(*this, r);
        if (!instead_.empty()) return instead_;
        const auto kinds = schema.types != types::any ? schema.types : implied_;
        return kinds ? type_phrase(kinds) + more_ : std::string(anything);
    }

    void operator()(const one_of_values& v) {
        std::vector<std::string> words;
        for (const auto& each : v.values) {
            words.push_back(words.size() == most_words ? "..." : show(each));
            if (words.size() > most_words) break;
        }
        instead_ = (words.size() > 1 ? "one of " : "") + joined(words, ", ");
        if (words.empty()) instead_ = "nothing";
    }
    void operator()(const number_range& r) { add(types::number, range_phrase(r)); }
    void operator()(const multiple_of& m) { add(types::number, " that is a multiple of " + m.divisor.text()); }
    void operator()(const text_length& r) { add(types::string, count_phrase(r, "character")); }
    void operator()(const matches& m) { add(types::string, " matching " + shortened(m.wanted.source())); }
    void operator()(const item_count& r) { add(types::array, count_phrase(r, "item")); }
    void operator()(const member_count& r) { add(types::object, count_phrase(r, "member")); }
    void operator()(const members&) { add(types::object, ""); }
    void operator()(const required& r) {
        std::vector<std::string> words;
        for (const auto& name : r.names) {
            words.push_back(words.size() == most_words ? "..." : quoted(name));
            if (words.size() > most_words) break;
        }
        add(types::object, " with " + joined(words, " and "));
    }
    void operator()(const items&) { add(types::array, ""); }
    void operator()(const reference& r) { inner({r.target}); }
    void operator()(const all_of& a) {
        if (a.schemas.size() == 1) inner(a.schemas);
    }
    void operator()(const any_of& a) { inner(a.schemas); }
    void operator()(const one_of& o) { inner(o.schemas); }
    template <class Other>
    void operator()(const Other&) {}

    std::string alternatives(const std::vector<node_id>& schemas) const {
        std::vector<std::string> words;
        for (const auto id : schemas) {
            if (left_ <= 0) {
                words.emplace_back("others");
                break;
            }
            auto phrase = describing(in_, left_).node_phrase(id);
            if (std::ranges::find(words, phrase) == words.end()) words.push_back(std::move(phrase));
        }
        return joined(words, " or ");
    }

private:
    void add(type_set kind, const std::string& phrase) {
        implied_ |= kind;
        more_ += (more_.empty() || phrase.empty() ? "" : " and") + phrase;
    }

    void inner(const std::vector<node_id>& schemas) {
        if (!instead_.empty() || !more_.empty()) return;
        if (auto phrase = alternatives(schemas); phrase != anything) instead_ = std::move(phrase);
    }

    const program& in_;
    int& left_;
    type_set implied_ = 0;
    std::string more_, instead_;
};

std::string cut(std::string_view text, std::size_t most) {
    if (text.size() <= most) return std::string(text);
    while (most != 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
    return std::string(text.substr(0, most)) + "...";
}

}  // namespace

std::string describe(const program& in, node_id schema) {
    int left = most_schemas;
    return describing(in, left).node_phrase(schema);
}

std::string describe_any(const program& in, const std::vector<node_id>& schemas) {
    int left = most_schemas;
    return describing(in, left).alternatives(schemas);
}

std::string show(const json::value& v) {
    if (const auto n = number::from(v)) return n->text();
    if (const auto* text = v.if_string()) return quoted(*text);
    if (const auto* items = v.if_array()) return "an array of " + counted(items->size(), "item");
    if (const auto* members = v.if_object()) return "an object of " + counted(members->size(), "member");
    return json::serialize(v);
}

std::string quoted(std::string_view text) {
    // Escapes can make the text six times as long; cut as well afterwards.
    return cut(json::serialize(json::string_view(cut(text, longest_text))), longest_text + 8);
}

std::string shortened(std::string_view text) { return cut(text, longest_text); }

std::string counted(std::uint64_t count, std::string_view noun) {
    return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace toolrack::schema
