#include "schema/describe.hpp"
#include "schema/evaluation.hpp"

namespace toolrack::schema {

bool evaluation::item_fits(node_id id, const meeting& m, std::size_t index) {
    return fits_inside(id, m, m.instance.get_array()[index], {&m.at, {}, index, false});
}

bool evaluation::holds(const items& r, const meeting& m) {
    const auto* all = m.instance.if_array();
    if (!all) return true;
    bool good = true;
    for (std::size_t i = 0; i != all->size(); ++i) {
        const bool is_first = i < r.first.size();
        if (!is_first && !r.rest) break;
        if (m.seen) (*m.seen)[i] = true;
        if (!is_first && allows_none(r.rest))
            return tell(m.at, [&] {
                return "expected an array of at most " + counted(r.first.size(), "item") + ", found " +
                       show(m.instance);
            });
        if (item_fits(is_first ? r.first[i] : *r.rest, m, i)) continue;
        if (!is_reporting()) return false;
        good = false;
    }
    return good;
}

bool evaluation::holds(const unique_items&, const meeting& m) {
    const auto* all = m.instance.if_array();
    const auto same = all ? repeated(*all, left_) : std::nullopt;
    if (!same) return true;
    return tell(m.at, [&] {
        return "expected items that are all different, found " + show((*all)[same->first]) + " at both " +
               std::to_string(same->first) + " and " + std::to_string(same->second);
    });
}

bool evaluation::holds(const contains& r, const meeting& m) {
    const auto* all = m.instance.if_array();
    if (!all) return true;
    const bool marking = m.seen && r.evaluates;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i != all->size(); ++i) {
        if (!fits_silently(r.item, m, (*all)[i], nullptr)) continue;
        ++count;
        if (marking) (*m.seen)[i] = true;
        const bool settled = r.most == count_range{}.most ? count >= r.least : count > r.most;
        if (settled && !marking) break;
    }
    if (r.least <= count && count <= r.most) return true;
    return tell(m.at, [&] {
        const bool too_few = count < r.least;
        return std::string(too_few ? "expected at least " : "expected at most ") +
               counted(too_few ? r.least : r.most, "item") + " to be " + describe(in_, r.item) + ", found " +
               std::to_string(count) + (too_few ? "" : " or more");
    });
}

bool evaluation::holds(const unevaluated_items& r, const meeting& m) {
    const auto* all = m.instance.if_array();
    if (!all) return true;
    bool good = true;
    for (std::size_t i = 0; i != all->size(); ++i) {
        if ((*m.seen)[i]) continue;
        (*m.seen)[i] = true;
        if (item_fits(r.item, m, i)) continue;
        if (!is_reporting()) return false;
        good = false;
    }
    return good;
}

}  // namespace toolrack::schema
