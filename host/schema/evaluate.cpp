#include "schema/evaluation.hpp"

#include "schema/describe.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>

namespace toolrack::schema {
namespace {

namespace json = boost::json;

std::size_t parts_of(const json::value& v) {
    if (const auto* items = v.if_array()) return items->size();
    if (const auto* members = v.if_object()) return members->size();
    return 0;
}

bool is_about_unevaluated(const rule& r) {
    return std::holds_alternative<unevaluated_items>(r) || std::holds_alternative<unevaluated_members>(r);
}

}  // namespace

type_set types_of(const json::value& v) {
    switch (v.kind()) {
    case json::kind::null: return types::null;
    case json::kind::bool_: return types::boolean;
    case json::kind::object: return types::object;
    case json::kind::array: return types::array;
    case json::kind::string: return types::string;
    case json::kind::int64:
    case json::kind::uint64: return types::number | types::integer;
    case json::kind::double_: return number::from(v)->is_integer() ? types::number | types::integer : types::number;
    }
    return types::none;
}

// Suppresses faults during its lifetime: a failed alternative is not a fault yet.
class evaluation::silence {
public:
    explicit silence(evaluation& e) : reported_(e.reported_), restored_(std::exchange(e.reported_, nullptr)) {}
    ~silence() { reported_ = restored_; }
    silence(const silence&) = delete;
    silence& operator=(const silence&) = delete;

private:
    std::vector<fault>*& reported_;
    std::vector<fault>* restored_;
};

class evaluation::deeper {
public:
    explicit deeper(evaluation& e) : nesting_(e.nesting_) {
        if (nesting_ == e.in_.bounds.nesting)
            throw too_expensive{"nested too deeply to check, expected a flatter value"};
        ++nesting_;
    }
    ~deeper() { --nesting_; }
    deeper(const deeper&) = delete;
    deeper& operator=(const deeper&) = delete;

private:
    std::size_t& nesting_;
};

std::string place::pointer() const {
    if (!parent) return "";
    std::string out = parent->pointer() + "/";
    if (!is_member) return out + std::to_string(index);
    for (const char c : shortened(name)) {
        if (c == '~') out += "~0";
        else if (c == '/') out += "~1";
        else if (static_cast<unsigned char>(c) < ' ') out += '?';  // a sentence is one line
        else out += c;
    }
    return out;
}

bool evaluation::fits(const value& instance) {
    const scope outermost{nullptr, in_.nodes[0].resource};
    return fits(0, instance, place{}, outermost, nullptr);
}

bool evaluation::fits(node_id id, const value& instance, const place& at, const scope& within, marks* seen) {
    const auto& schema = in_.nodes[id];
    left_.spend(1);
    if (schema.types != types::any && (schema.types & types_of(instance)) == 0)
        return tell(at, [&] {
            if (schema.types == types::none) return "expected nothing here, found " + show(instance);
            return "expected " + describe(in_, id) + ", found " + show(instance);
        });
    if (schema.rules.empty()) return true;

    const deeper one_more(*this);
    const scope entered{&within, schema.resource};
    const bool is_same = within.resource == schema.resource;
    const meeting m{id, schema, instance, at, is_same ? within : entered, seen};
    return schema.tracks ? all_hold_and_track(m) : all_hold(m);
}

bool evaluation::all_hold(const meeting& m) {
    bool good = true;
    for (const auto& r : m.schema.rules) {
        // What is unevaluated is only known when the rest holds.
        if (!good && is_about_unevaluated(r)) break;
        if (std::visit([&](const auto& one) { return holds(one, m); }, r)) continue;
        if (!is_reporting()) return false;
        good = false;
    }
    return good;
}

// `unevaluated*` of this schema uses its own marks only, not those of enclosing schemas.
bool evaluation::all_hold_and_track(const meeting& m) {
    left_.spend(parts_of(m.instance) / 64);
    marks own(parts_of(m.instance));
    const bool good = all_hold({m.id, m.schema, m.instance, m.at, m.within, &own});
    if (good && m.seen) add(own, *m.seen);
    return good;
}

bool evaluation::fits_silently(node_id id, const meeting& m, const value& part, marks* seen) {
    const silence quiet(*this);
    return fits(id, part, m.at, m.within, seen);
}

void evaluation::add(const marks& more, marks& to) {
    for (std::size_t i = 0; i != more.size(); ++i)
        if (more[i]) to[i] = true;
}

bool evaluation::tell_mismatch(const meeting& m) {
    return tell(m.at, [&] { return "expected " + describe(in_, m.id) + ", found " + show(m.instance); });
}

}  // namespace toolrack::schema
