// One feature's definition, checked: what a client will see of it and what the host needs to know.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "plugin/instance.hpp"
#include "schema/compiled.hpp"

namespace toolrack::catalog {

struct tool {
    std::string name;           // as clients call it, prefix included
    std::string own_name;       // as the plugin calls it
    std::string definition;     // JSON, one line, with the client's name
    bool quick = false;         // runs on the I/O thread, without a hop
    std::shared_ptr<const schema::compiled> input;  // what its arguments must be
    std::shared_ptr<plugin::instance> from;
};

// The error is the end of a sentence about the feature. (2026-07-28, server/tools, "Tool" and "Tool
// Names".)
result<tool, complaint> read_tool(const plugin::feature& said, std::shared_ptr<plugin::instance> from);

}  // namespace toolrack::catalog
