// The catalog: every feature by the name that clients use, and the lists they read.
//
// Built once per generation from what the instances say, then immutable and read by all threads. A
// feature that is not fit to be served is left out and named; an instance that lists one name twice,
// or one that an earlier instance has, loses that feature, never the earlier one.
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

// What was left out, and why, as a sentence for the operator.
struct omission {
    std::string instance;
    std::string sentence;
};

// What an instance reads although it is not served: a resource, or what fits a template.
struct left_out {
    std::shared_ptr<plugin::instance> from;
    std::string name;  // a URI, or the template
    std::optional<uri_template> pattern;

    bool is_meant_by(std::string_view uri) const { return pattern ? pattern->match(uri).has_value() : uri == name; }
};

// The features of one instance, as far as they are fit.
struct offer {
    std::vector<tool> tools;
    std::vector<prompt> prompts;
    std::vector<resource> resources;
    std::vector<resource_template> templates;
    std::vector<left_out> unserved;
    std::vector<omission> omissions;
    std::vector<std::string> withheld;  // names of tools that a read-only instance does not offer
    std::vector<std::string> doubts;    // what the operator should know of the configuration
};

// Asks an instance what it offers. The error is the end of a sentence about the instance.
result<offer, complaint> ask(const std::shared_ptr<plugin::instance>& instance);

class catalog {
public:
    // In the order of the offers, which is the order clients see. Adds to `omissions`.
    catalog(std::vector<offer> offers, std::size_t page_size, std::vector<omission>& omissions);

    const feature_index<tool>& tools() const noexcept { return tools_; }
    const feature_index<prompt>& prompts() const noexcept { return prompts_; }
    const feature_index<resource>& resources() const noexcept { return resources_; }
    const feature_index<resource_template>& templates() const noexcept { return templates_; }

    // Whether there is anything to read, listed or by template.
    bool offers_resources() const noexcept { return !resources_.is_empty() || !templates_.is_empty(); }

    // Whether there is a tool of that name, which may change something and so is not served.
    bool withholds(std::string_view tool) const { return withheld_.contains(tool); }

    // Who reads this URI: a resource of that name, else the first template that it fits. Null when
    // nobody does. A plugin finds on its own who in it answers, so a template of its is no way to what it
    // has and is not served, whose scopes nobody knows.
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
