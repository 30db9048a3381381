#include "token/last_use.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/replace_file.hpp"
#include "token/bearer.hpp"

namespace toolrack::token {

last_uses read_last_uses(const std::filesystem::path& file) {
    last_uses uses;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        std::string id, when;
        words >> id >> when;
        if (const auto time = read_rfc3339(when); time && is_id(id)) uses[id] = *time;
    }
    return uses;
}

void add_last_uses(const std::filesystem::path& file, const last_uses& uses) {
    auto all = read_last_uses(file);
    for (const auto& [id, when] : uses) {
        auto& latest = all.try_emplace(id, when).first->second;
        latest = std::max(latest, when);
    }
    std::string text;
    for (const auto& [id, when] : all) text += id + ' ' + to_rfc3339(when) + '\n';
    replace_file(file, text, {.mode = 0640, .lasts = false});
}

}  // namespace toolrack::token
