// The validated definition of one feature: the JSON for clients, and the fields that the host uses.
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

inline constexpr std::size_t longest_uri = 2048;  // bytes

// The common part of all features.
struct listed {
    std::string name;        // for clients: the name with the prefix, or a URI
    std::string own_name;    // for the plugin
    std::string definition;  // JSON on one line, with `name`
    bool quick = false;      // runs on the I/O thread
    requirement needs;       // required scopes
    std::shared_ptr<plugin::instance> from;
};

enum class task_support { none, optional, required };

struct tool : listed {
    std::shared_ptr<const schema::compiled> input;  // schema of the arguments
    std::vector<param_header> mirrored;             // arguments that HTTP headers repeat
    task_support task = task_support::none;
    bool changes_nothing = false;                      // annotation readOnlyHint
    std::optional<std::chrono::milliseconds> timeout;  // replaces the timeout of the instance
};

struct prompt : listed {
    std::vector<std::string> required;  // names of required arguments
};

struct resource : listed {};

struct resource_template : listed {
    uri_template pattern{""};
};

// Each validates one definition. The error completes a sentence about the feature. (2026-07-28, server/tools, "Tool"
// and "Tool Names"; server/prompts, "Prompt"; server/resources, "Resource" and "Resource Templates".)
result<tool, complaint> read_tool(const plugin::feature& feature, std::shared_ptr<plugin::instance> from);
result<prompt, complaint> read_prompt(const plugin::feature& feature, std::shared_ptr<plugin::instance> from);
result<resource, complaint> read_resource(const plugin::feature& feature, std::shared_ptr<plugin::instance> from);
result<resource_template, complaint> read_template(const plugin::feature& feature,
                                                   std::shared_ptr<plugin::instance> from);

}  // namespace toolrack::catalog
