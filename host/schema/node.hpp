// A compiled schema: one node for each subschema, found by index, with one small struct for each rule. Related keywords
// are one rule (`minimum` and `maximum`; `properties`, `patternProperties` and `additionalProperties`), which saves
// passes over the value and gives better sentences.
#pragma once

#include "schema/compiled.hpp"
#include "schema/number.hpp"
#include "schema/pattern.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace toolrack::schema {

using node_id = std::uint32_t;
using resource_id = std::uint32_t;

// A set of JSON types, one bit each. An integer has two: it is a number as well.
using type_set = std::uint8_t;
namespace types {
constexpr type_set null = 1, boolean = 2, object = 4, array = 8, number = 16, string = 32, integer = 64, any = 127,
                   none = 0;
}

struct number_range {
    std::optional<number> least, most;
    bool above_least = false;  // exclusive
    bool below_most = false;
};

struct multiple_of {
    number divisor;
};

struct count_range {
    std::uint64_t least = 0;
    std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
};
struct text_length : count_range {};
struct item_count : count_range {};
struct member_count : count_range {};

struct matches {
    pattern wanted;
};

struct one_of_values {  // `enum` and `const`
    std::vector<boost::json::value> values;
};

struct unique_items {};

struct items {
    std::vector<node_id> first;
    std::optional<node_id> rest;
};

struct contains : count_range {
    node_id item = 0;
    bool evaluates = true;  // for `unevaluatedItems`; not in draft 7
};

struct members {
    struct named {
        std::string name;
        node_id value;
    };
    struct matching {
        pattern name;
        node_id value;
    };
    std::vector<named> properties;  // sorted by name
    std::vector<matching> patterns;
    std::optional<node_id> rest;
};

struct required {
    std::vector<std::string> names;
};

struct dependent_required {
    std::string name;
    std::vector<std::string> needs;
};

struct dependent_schema {
    std::string name;
    node_id then;
};

struct property_names {
    node_id name;
};

struct reference {
    node_id target;
};

struct dynamic_reference {
    node_id target;  // unless an outer resource has the anchor, too
    std::string anchor;
};

struct all_of {
    std::vector<node_id> schemas;
};
struct any_of {
    std::vector<node_id> schemas;
};
struct one_of {
    std::vector<node_id> schemas;
};
struct none_of {  // `not`
    node_id schema;
};

struct conditional {
    node_id condition;
    std::optional<node_id> then, otherwise;
};

struct unevaluated_items {
    node_id item;
};
struct unevaluated_members {
    node_id value;
};

using rule = std::variant<number_range,
                          multiple_of,
                          text_length,
                          matches,
                          one_of_values,
                          item_count,
                          member_count,
                          required,
                          members,
                          items,
                          unique_items,
                          contains,
                          property_names,
                          dependent_required,
                          dependent_schema,
                          reference,
                          dynamic_reference,
                          all_of,
                          any_of,
                          one_of,
                          none_of,
                          conditional,
                          unevaluated_items,
                          unevaluated_members>;

struct node {
    type_set types = types::any;  // `false` has none
    bool tracks = false;          // has a rule for what the others leave unevaluated; it is last
    resource_id resource = 0;
    std::vector<rule> rules;
};

// The dynamic anchors of one resource.
using dynamic_anchors = std::vector<std::pair<std::string, node_id>>;

struct program {
    std::vector<node> nodes;  // the first is the schema itself
    std::vector<dynamic_anchors> resources;
    limits bounds;
};

}  // namespace toolrack::schema
