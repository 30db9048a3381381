#include "plugin/process/permissions.hpp"

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <vector>

#include "base/text.hpp"
#include "plugin/needs.hpp"
#include "plugin/process/confinement.hpp"

namespace toolrack::plugin {
namespace {

namespace fs = std::filesystem;
using paths = std::vector<std::string>;

bool is_within(const fs::path& path, const fs::path& folder) {
    return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

bool covers(const paths& granted, const std::string& wanted) {
    return std::any_of(granted.begin(), granted.end(), [&](const auto& one) { return is_within(wanted, one); });
}

// Adds each path of `wanted` that none of these lists covers to `granted`, and a phrase about it to `missing`.
void add_uncovered(
    paths& granted, const paths& wanted, std::initializer_list<const paths*> by, const char* access, paths& missing) {
    for (const auto& path : wanted) {
        if (covers(granted, path) || std::any_of(by.begin(), by.end(), [&](auto* list) { return covers(*list, path); }))
            continue;
        granted.push_back(path);
        missing.push_back(access + printable(path, 300));
    }
}

}  // namespace

std::optional<std::string> missing_permissions(std::string_view json, const config::plugin& settings) {
    if (settings.isolation == "host") return std::nullopt;
    const auto needs = read_needs(json);
    if (!needs) return needs.error().why();

    auto needed = settings.sandbox;
    paths missing;
    if (needs->network && !needed.network) {
        needed.network = true;
        missing.emplace_back("network access");
    }
    const auto always = always_readable(needed.network);
    add_uncovered(needed.write, needs->write, {}, "write access to ", missing);
    add_uncovered(needed.read, needs->read, {&needed.write, &always}, "read access to ", missing);
    if (needs->processes > needed.processes) {
        needed.processes = needs->processes;
        missing.push_back(std::to_string(needs->processes) + (needs->processes == 1 ? " process" : " processes"));
    }
    if (missing.empty()) return std::nullopt;

    std::string all;
    for (const auto& one : missing) all += (all.empty() ? "" : &one == &missing.back() ? " and " : ", ") + one;
    return "it needs more than its sandbox grants: " + all + ". To grant it, write in its " +
           (settings.where.file.empty() ? ".toml file next to the library"
                                        : "[[plugin]] (" + to_string(settings.where) + ")") +
           ": " + to_toml(needed);
}

}  // namespace toolrack::plugin
