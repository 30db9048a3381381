// What a library says of itself without an instance: its kinds, the schema of its options, its needs.
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
    std::string needs;           // JSON text, "{}" when it needs nothing
    std::string json;            // all of it, as the library has it
    std::shared_ptr<const schema::compiled> options;

    bool offers(std::string_view kind) const;
};

// Reads the JSON of toolrack_plugin::description. The error is the end of a sentence about the library.
result<description, complaint> read_description(std::string_view id,
                                                  std::string_view version,
                                                  unsigned abi_minor,
                                                  std::string_view json);

// Whether the options that the operator wrote are what the library wants; the complaint says where
// they stand (file, line, column).
std::optional<std::string> why_unfit(const config::options& options, const description& about);

}  // namespace toolrack::plugin
