#include "catalog/catalog.hpp"

#include <toolrack/json.hpp>

#include "base/text.hpp"
#include "wire/json.hpp"

namespace toolrack::catalog {
namespace {

// What to call a feature in a sentence, before it is known to have a name.
std::string shown_name(const plugin::feature& feature) {
    if (is_utf8(feature.definition))
        if (const auto name = wire::string_member(json::value(feature.definition), "name"))
            return feature.kind + " \"" + printable(*name, 140) + '"';
    return "a " + printable(feature.kind, 40);
}

}  // namespace

result<offer, complaint> ask(const std::shared_ptr<plugin::instance>& instance) {
    auto listed = instance->list();
    if (!listed) return listed.error();

    offer made;
    for (const auto& feature : *listed) {
        const auto leave_out = [&](const std::string& why) {
            made.omissions.push_back({instance->name(), shown_name(feature) + " is not served: " + why});
        };
        if (feature.kind != "tool") {
            leave_out("this version serves tools only");
            continue;
        }
        auto read = read_tool(feature, instance);
        if (read) made.tools.push_back(std::move(*read));
        else leave_out(read.error().why());
    }
    return made;
}

catalog::catalog(std::vector<offer> offers, std::size_t page_size, std::vector<omission>& omissions) {
    std::size_t most = 0;
    for (const auto& offer : offers) most += offer.tools.size();
    tools_.reserve(most);  // the map's keys and pointers lead into it

    for (auto& offer : offers) {
        for (auto& omission : offer.omissions) omissions.push_back(std::move(omission));
        for (auto& one : offer.tools) {
            if (const auto* first = find_tool(one.name)) {
                omissions.push_back({one.from->name(),
                                     "tool \"" + one.name + "\" is not served: " +
                                         (first->from == one.from
                                              ? "it is listed twice"
                                              : "\"" + first->from->name() +
                                                    "\" already has a tool of that name; set a prefix for one of them")});
                continue;
            }
            tools_.push_back(std::move(one));
            tools_by_name_.emplace(tools_.back().name, &tools_.back());
        }
    }

    std::vector<std::string> definitions;
    definitions.reserve(tools_.size());
    for (const auto& one : tools_) definitions.push_back(one.definition);
    tool_pages_ = pages("tools", definitions, page_size);
}

const tool* catalog::find_tool(std::string_view name) const {
    const auto found = tools_by_name_.find(name);
    return found == tools_by_name_.end() ? nullptr : found->second;
}

}  // namespace toolrack::catalog
