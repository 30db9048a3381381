#include "plugin/needs.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <vector>

#include <toolrack/json.hpp>

#include "base/text.hpp"
#include "plugin/process/confinement.hpp"
#include "wire/json.hpp"

namespace toolrack::plugin {
namespace {

namespace fs = std::filesystem;
using paths = std::vector<std::string>;

result<paths, complaint> read_paths(const json::value& needs, const char* key) {
    const auto wrong = [key] {
        return complain("its description has needs that cannot be read: \"" + std::string(key) +
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

bool is_within(const fs::path& path, const fs::path& folder) {
    return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

bool covers(const paths& granted, const std::string& wanted) {
    return std::any_of(granted.begin(), granted.end(), [&](const auto& one) { return is_within(wanted, one); });
}

// Adds to `granted` what of `wanted` is not covered by any of these lists, and to `said` that it did.
void add_uncovered(paths& granted, const paths& wanted, std::initializer_list<const paths*> by,
                   const char* to, paths& said) {
    for (const auto& path : wanted) {
        if (covers(granted, path) || std::any_of(by.begin(), by.end(), [&](auto* list) { return covers(*list, path); }))
            continue;
        granted.push_back(path);
        said.push_back(to + printable(path, 300));
    }
}

}  // namespace

result<config::sandbox, complaint> read_needs(std::string_view json) {
    const json::value root(json);
    const auto wrong = [](const char* what) {
        return complain(std::string("its description has needs that cannot be read: ") + what);
    };
    if (!root.is_object()) return wrong("they are not a JSON object");
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
            return wrong("\"processes\" is not a number of them");
        }
    }
    auto read = read_paths(root, "read"), write = read_paths(root, "write");
    if (!read) return read.error();
    if (!write) return write.error();
    needs.read = std::move(*read);
    needs.write = std::move(*write);
    return needs;
}

std::optional<std::string> why_not_granted(std::string_view json, const config::plugin& settings) {
    if (settings.isolation == "host") return std::nullopt;
    const auto needs = read_needs(json);
    if (!needs) return needs.error().why();

    auto enough = settings.sandbox;
    paths lacks;
    if (needs->network && !enough.network) {
        enough.network = true;
        lacks.emplace_back("the network");
    }
    const auto anyway = always_readable(enough.network);
    add_uncovered(enough.write, needs->write, {}, "to write to ", lacks);
    add_uncovered(enough.read, needs->read, {&enough.write, &anyway}, "to read ", lacks);
    if (needs->processes > enough.processes) {
        enough.processes = needs->processes;
        lacks.push_back("to run " + std::to_string(needs->processes) +
                        (needs->processes == 1 ? " process" : " processes"));
    }
    if (lacks.empty()) return std::nullopt;

    std::string all;
    for (const auto& one : lacks) all += (all.empty() ? "" : &one == &lacks.back() ? " and " : ", ") + one;
    return "it needs more than it was granted: " + all + ". To grant it that, write in its " +
           (settings.where.file.empty() ? ".toml beside it" : "[[plugin]] (" + to_string(settings.where) + ")") + ": " +
           to_toml(enough);
}

}  // namespace toolrack::plugin
