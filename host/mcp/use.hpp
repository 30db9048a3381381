// Using a feature: the way of tools/call, prompts/get, resources/read and completion/complete through
// a plugin and back.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "catalog/definition.hpp"

namespace toolrack::mcp {

// What is used, and what its method makes of the answer.
struct invocation {
    const catalog::listed& feature;
    std::string name;         // as the plugin is told: its own name, or the URI that was asked for
    std::string shown;        // in a sentence: tool "echo"
    std::string_view member;  // the array or object that the result must have
    bool is_tool = false;     // failures are told to the model
    bool may_ask = true;      // whether the client may be asked for input
    bool is_cacheable = false;
    bool may_be_task = false;
    std::optional<std::chrono::milliseconds> limit = std::nullopt;  // in place of the instance's timeout
};

}  // namespace toolrack::mcp
