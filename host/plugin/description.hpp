// The description that a library gives of itself without an instance: kinds, schema of its options, needs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "config/config.hpp"
#include "schema/compiled.hpp"

namespace toolrack::plugin {

struct description {
    std::string id;
    std::string version;
    unsigned abi_minor = 0;
    std::vector<std::string> kinds;
    std::string options_schema;  // JSON text
    std::string needs;           // JSON text; "{}" for none
    std::string json;            // the whole description, unchanged
    std::shared_ptr<const schema::compiled> options;

    bool offers(std::string_view kind) const;
};

// Reads the JSON of toolrack_plugin::description. The error is the end of a sentence about the library.
result<description, complaint>
read_description(std::string_view id, std::string_view version, unsigned abi_minor, std::string_view json);

// What is wrong with the operator's options by the library's schema, with file, line and column; none if they are
// valid.
std::optional<std::string> options_error(const config::options& options, const description& about);

}  // namespace toolrack::plugin
