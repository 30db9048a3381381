// The catalog: every feature by the name that clients use, and the lists they read.
//
// Built once per generation from what the instances say, then immutable and read by all threads. A
// feature that is not fit to be served is left out and named; an instance that lists one name twice,
// or one that an earlier instance has, loses that feature, never the earlier one.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/definition.hpp"
#include "catalog/page.hpp"
#include "plugin/instance.hpp"

namespace toolrack::catalog {

// What was left out, and why, as a sentence for the operator.
struct omission {
    std::string instance;
    std::string sentence;
};

// The features of one instance, as far as they are fit.
struct offer {
    std::vector<tool> tools;
    std::vector<omission> omissions;
};

// Asks an instance what it offers. The error is the end of a sentence about the instance.
result<offer, complaint> ask(const std::shared_ptr<plugin::instance>& instance);

class catalog {
public:
    // In the order of the offers, which is the order clients see. Adds to `omissions`.
    catalog(std::vector<offer> offers, std::size_t page_size, std::vector<omission>& omissions);

    const tool* find_tool(std::string_view name) const;
    const std::vector<tool>& tools() const noexcept { return tools_; }
    const pages& tool_pages() const noexcept { return tool_pages_; }

private:
    std::vector<tool> tools_;
    boost::unordered_flat_map<std::string_view, const tool*> tools_by_name_;
    pages tool_pages_;
};

}  // namespace toolrack::catalog
