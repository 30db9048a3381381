// The catalog: every feature by the name that clients use, and the lists that clients read.
//
// Built once for each generation from the features of all instances, then immutable and read by all threads. An invalid
// feature is left out and reported. On a name collision the feature of the earlier instance is served.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/definition.hpp"
#include "catalog/feature_index.hpp"
#include "plugin/instance.hpp"

namespace toolrack::catalog {

// A feature that is not served, with the reason as a sentence for the operator.
struct omission {
    std::string instance;
    std::string sentence;
};

// A resource or template that is not served, although its plugin would answer for it.
struct left_out {
    std::shared_ptr<plugin::instance> from;
    std::string name;  // a URI, or the template
    std::optional<uri_template> pattern;

    bool matches(std::string_view uri) const { return pattern ? pattern->match(uri).has_value() : uri == name; }
};

// The valid features of one instance.
struct offer {
    std::vector<tool> tools;
    std::vector<prompt> prompts;
    std::vector<resource> resources;
    std::vector<resource_template> templates;
    std::vector<left_out> unserved;
    std::vector<omission> omissions;
    std::vector<std::string> withheld;  // names of tools that a read-only instance does not serve
    std::vector<std::string> warnings;  // about the configuration, for the operator
};

// Lists the features of an instance. The error completes a sentence about the instance.
result<offer, complaint> list_features(const std::shared_ptr<plugin::instance>& instance);

class catalog {
public:
    // Lists have the order of `offers`. Adds collisions to `omissions`.
    catalog(std::vector<offer> offers, std::size_t page_size, std::vector<omission>& omissions);

    const feature_index<tool>& tools() const noexcept { return tools_; }
    const feature_index<prompt>& prompts() const noexcept { return prompts_; }
    const feature_index<resource>& resources() const noexcept { return resources_; }
    const feature_index<resource_template>& templates() const noexcept { return templates_; }

    // Whether there is any resource or template.
    bool offers_resources() const noexcept { return !resources_.is_empty() || !templates_.is_empty(); }

    // Whether a tool of that name exists but is not served, because its instance is read-only and it may change
    // something.
    bool withholds(std::string_view tool) const { return withheld_.contains(tool); }

    // The resource with this URI, else the first template that matches it; null when there is none. A plugin routes
    // URIs on its own, so a template never gives access to a resource of its plugin that is not served and has no known
    // scopes.
    const listed* find_reader(std::string_view uri) const;

private:
    bool is_unserved(const plugin::instance* from, std::string_view uri) const;

    feature_index<tool> tools_;
    feature_index<prompt> prompts_;
    feature_index<resource> resources_;
    feature_index<resource_template> templates_;
    std::set<std::string, std::less<>> withheld_;
    std::vector<left_out> unserved_;
};

}  // namespace toolrack::catalog
