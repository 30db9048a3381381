#include "plugin/needs.hpp"

#include <filesystem>
#include <limits>
#include <vector>

#include <toolrack/json.hpp>

#include "wire/json.hpp"

namespace toolrack::plugin {
namespace {

namespace fs = std::filesystem;
using paths = std::vector<std::string>;

result<paths, complaint> read_paths(const json::value& needs, const char* key) {
    const auto wrong = [key] {
        return complain("the needs in its description are invalid: \"" + std::string(key) +
                        "\" is not an array of absolute paths");
    };
    paths read;
    const auto list = needs.find(key);
    if (!list) return read;
    if (!list->is_array()) return wrong();
    for (const auto& one : *list) {
        if (!one.is_string() || !fs::path(one.str()).is_absolute()) return wrong();
        read.push_back(fs::path(one.str()).lexically_normal().string());
    }
    return read;
}

}  // namespace

result<config::sandbox, complaint> read_needs(std::string_view json) {
    const json::value root(json);
    const auto wrong = [](const char* what) {
        return complain(std::string("the needs in its description are invalid: ") + what);
    };
    if (!root.is_object()) return wrong("not a JSON object");
    config::sandbox needs;
    if (const auto network = root.find("network")) {
        if (!network->is_bool()) return wrong("\"network\" is not true or false");
        needs.network = network->boolean();
    }
    if (const auto processes = root.find("processes")) {
        try {
            const auto count = processes->u64();
            if (count > 1000) return wrong("\"processes\" is more than 1000");
            needs.processes = static_cast<unsigned>(count);
        } catch (const std::exception&) {
            return wrong("\"processes\" is not a non-negative integer");
        }
    }
    auto read = read_paths(root, "read"), write = read_paths(root, "write");
    if (!read) return read.error();
    if (!write) return write.error();
    needs.read = std::move(*read);
    needs.write = std::move(*write);
    return needs;
}

}  // namespace toolrack::plugin
