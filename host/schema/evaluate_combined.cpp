#include "schema/describe.hpp"
#include "schema/evaluation.hpp"

namespace toolrack::schema {

bool evaluation::holds(const reference& r, const meeting& m) { return fits_here(r.target, m); }

bool evaluation::holds(const dynamic_reference& r, const meeting& m) { return fits_here(resolve(r, m.within), m); }

// The outermost resource on the path that has the anchor.
node_id evaluation::resolve(const dynamic_reference& r, const scope& within) {
    node_id found = r.target;
    for (const auto* at = &within; at; at = at->outer) {
        left_.spend(1);
        for (const auto& [name, id] : in_.resources[at->resource])
            if (name == r.anchor) found = id;
    }
    return found;
}

bool evaluation::holds(const all_of& r, const meeting& m) {
    bool good = true;
    for (const auto id : r.schemas) {
        if (fits_here(id, m)) continue;
        if (!is_reporting()) return false;
        good = false;
    }
    return good;
}

// With `unevaluated*`, every alternative is evaluated.
bool evaluation::holds(const any_of& r, const meeting& m) {
    bool good = false;
    for (const auto id : r.schemas) {
        if (!alternative_fits(id, m)) continue;
        if (!m.seen) return true;
        good = true;
    }
    return good || explain(r.schemas, m);
}

bool evaluation::holds(const one_of& r, const meeting& m) {
    std::size_t count = 0;
    for (const auto id : r.schemas) count += alternative_fits(id, m);
    if (count == 1) return true;
    if (count == 0) return explain(r.schemas, m);
    return tell(m.at, [&] {
        return "expected exactly one of " + counted(r.schemas.size(), "alternative") + " to fit, found " +
               std::to_string(count) + " that fit " + show(m.instance);
    });
}

bool evaluation::holds(const none_of& r, const meeting& m) {
    if (!fits_silently(r.schema, m, m.instance, nullptr)) return true;
    return tell(m.at, [&] {
        const auto excluded = describe(in_, r.schema);
        const bool is_vague = excluded.find(anything) != std::string::npos;
        return (is_vague ? "expected a value that \"not\" does not exclude" : "expected anything but " + excluded) +
               ", found " + show(m.instance);
    });
}

bool evaluation::holds(const conditional& r, const meeting& m) {
    const auto& next = alternative_fits(r.condition, m) ? r.then : r.otherwise;
    return !next || fits_here(*next, m);
}

// The marks of an alternative count only when it is valid, so each has its own.
bool evaluation::alternative_fits(node_id id, const meeting& m) {
    if (!m.seen) return fits_silently(id, m, m.instance, nullptr);
    left_.spend(m.seen->size() / 64);
    marks own(m.seen->size());
    if (!fits_silently(id, m, m.instance, &own)) return false;
    add(own, *m.seen);
    return true;
}

}  // namespace toolrack::schema
