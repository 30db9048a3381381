// Finds circular references on the same value: {"$ref": "#"}, or {"allOf": [{"$ref": "#"}]}. A check against such a
// schema would not end. Circles through `$dynamicRef` depend on the path of a check; `limits::nesting` ends those.
#include "schema/compiler.hpp"

namespace toolrack::schema {
namespace {

struct followed {
    std::vector<node_id>& out;

    void operator()(const reference& r) const { out.push_back(r.target); }
    void operator()(const dependent_schema& d) const { out.push_back(d.then); }
    void operator()(const none_of& n) const { out.push_back(n.schema); }
    void operator()(const all_of& a) const { add(a.schemas); }
    void operator()(const any_of& a) const { add(a.schemas); }
    void operator()(const one_of& o) const { add(o.schemas); }
    void operator()(const conditional& c) const {
        out.push_back(c.condition);
        if (c.then) out.push_back(*c.then);
        if (c.otherwise) out.push_back(*c.otherwise);
    }
    template <class Other>
    void operator()(const Other&) const {}

    void add(const std::vector<node_id>& schemas) const { out.insert(out.end(), schemas.begin(), schemas.end()); }
};

enum class mark : char { unseen, on_the_way, done };

struct stop {
    node_id id;
    std::vector<node_id> ahead;
};

// The schemas that apply to the same value as the node.
std::vector<node_id> in_place(const node& of) {
    std::vector<node_id> all;
    for (const auto& r : of.rules) std::visit(followed{all}, r);
    return all;
}

}  // namespace

std::optional<node_id> find_endless(const std::vector<node>& nodes) {
    std::vector<mark> marks(nodes.size(), mark::unseen);
    std::vector<stop> way;
    const auto go = [&](node_id id) {
        marks[id] = mark::on_the_way;
        way.push_back({id, in_place(nodes[id])});
    };
    for (node_id start = 0; start != nodes.size(); ++start) {
        if (marks[start] == mark::unseen) go(start);
        while (!way.empty()) {
            auto& here = way.back();
            if (here.ahead.empty()) {
                marks[here.id] = mark::done;
                way.pop_back();
                continue;
            }
            const auto next = here.ahead.back();
            here.ahead.pop_back();
            if (marks[next] == mark::on_the_way) return next;
            if (marks[next] == mark::unseen) go(next);
        }
    }
    return std::nullopt;
}

}  // namespace toolrack::schema
