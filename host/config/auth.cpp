// [auth]: the auth backends and their options; and [stdio], which has no backend.
#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "config/complaint.hpp"
#include "config/tables.hpp"

namespace toolrack::config {
namespace {

[[noreturn]] void no_backend(const location& where) {
    complain(where,
             "no auth backend is configured; the server does not start without one",
             R"(an [auth] table with a line such as backend = "env-token")",
             "none");
}

}  // namespace

auth read_auth(const reader& file) {
    const auto table = file.find_table("auth", {"backend", "sha256", "variable", "shared_subjects", "options"});
    if (!table) no_backend(file.where());
    const auto named = table->find_text_or_list("backend");
    if (!named || named->empty()) no_backend(table->where("backend"));

    auth auth{.backends = {}, .shared_subjects = {}, .where = table->where()};
    std::vector<std::string_view> names;
    auth.backends.reserve(named->size());  // the names are views into it
    for (const text& written : *named) {
        std::string library = library_name(written);
        std::string name = std::filesystem::path(library).stem().string();
        if (std::find(names.begin(), names.end(), name) != names.end())
            written.refuse("is listed twice", "each backend once");
        auth.backends.push_back({.library = std::move(library), .name = std::move(name), .options = {}, .sha256 = {}});
        names.push_back(auth.backends.back().name);
    }
    if (table->is_list("backend")) {
        // In a list, options and pins are grouped by backend name; a single backend has them directly.
        const bool can_be_shown =
            std::none_of(named->begin(), named->end(), [](const text& one) { return one.from_environment; });
        const std::string_view described = can_be_shown ? "" : "one of the backends, by name";
        const auto options = table->find_table("options", names, described);
        const auto pins = table->find_table("sha256", names, described);
        for (backend& one : auth.backends) {
            one.options = options ? options->read_options(one.name) : table->no_options();
            if (pins) one.sha256 = read_pin(*pins, one.name);
        }
    } else {
        auth.backends.front().options = table->read_options("options");
        auth.backends.front().sha256 = read_pin(*table, "sha256");
    }
    if (const auto same = table->find_list("shared_subjects"))
        for (const text& written : *same) {
            if (std::find(names.begin(), names.end(), written.value) == names.end())
                written.refuse("is not one of the backends", "names that auth.backend lists");
            auth.shared_subjects.push_back(written.value);
        }
    if (const auto variable = table->find_text("variable")) {
        // The value is not shown: an operator may have pasted the token instead of the name of the variable.
        if (!is_variable_name(variable->value))
            complain(variable->where,
                     variable->key + " is not the name of a variable",
                     "a name such as MCP_AUTH_TOKEN (do not put the token itself here)",
                     "something else");
        auth.variable = variable->value;
    }
    return auth;
}

stdio read_stdio(const reader& file) {
    constexpr std::size_t longest_subject = 256;  // the limit for every principal
    stdio stdio;
    if (const auto table = file.find_table("stdio", {"subject"}))
        if (const auto subject = table->find_text("subject")) {
            if (subject->value.empty() || subject->value.size() > longest_subject)
                subject->refuse("is not a valid subject", "1 to 256 bytes");
            stdio.subject = subject->value;
        }
    return stdio;
}

}  // namespace toolrack::config
