// One feature's definition, checked: what a client will see of it and what the host needs to know.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <toolrack/uri_template.hpp>
#include <vector>

#include "base/error.hpp"
#include "catalog/param_headers.hpp"
#include "catalog/requirement.hpp"
#include "plugin/instance.hpp"
#include "schema/compiled.hpp"

namespace toolrack::catalog {

inline constexpr std::size_t longest_uri = 2048;  // that a plugin may name

// What every kind of feature has.
struct listed {
    std::string name;        // as clients say it: a tool's or prompt's name with the prefix, or a URI
    std::string own_name;    // as the plugin says it
    std::string definition;  // JSON, one line, with the client's name
    bool quick = false;      // runs on the I/O thread, without a hop
    requirement needs;       // what a caller must have been granted
    std::shared_ptr<plugin::instance> from;
};

enum class task_support { none, optional, required };

struct tool : listed {
    std::shared_ptr<const schema::compiled> input;  // what its arguments must be
    std::vector<param_header> mirrored;             // arguments that HTTP headers repeat
    task_support task = task_support::none;
    bool changes_nothing = false;  // as the plugin says: its annotation readOnlyHint
    std::optional<std::chrono::milliseconds> timeout;  // in place of the instance's
};

struct prompt : listed {
    std::vector<std::string> required;  // names of arguments
};

struct resource : listed {};

struct resource_template : listed {
    uri_template pattern{""};
};

// The error is the end of a sentence about the feature. (2026-07-28, server/tools, "Tool" and "Tool
// Names"; server/prompts, "Prompt"; server/resources, "Resource" and "Resource Templates".)
result<tool, complaint> read_tool(const plugin::feature& said, std::shared_ptr<plugin::instance> from);
result<prompt, complaint> read_prompt(const plugin::feature& said, std::shared_ptr<plugin::instance> from);
result<resource, complaint> read_resource(const plugin::feature& said, std::shared_ptr<plugin::instance> from);
result<resource_template, complaint> read_template(const plugin::feature& said,
                                                   std::shared_ptr<plugin::instance> from);

}  // namespace toolrack::catalog
