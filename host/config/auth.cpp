// [auth]: which lock, and what it is told; and [stdio], which has none.
#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "config/complaint.hpp"
#include "config/tables.hpp"

namespace toolrack::config {
namespace {

[[noreturn]] void no_backend(const place& where) {
    complain(where,
             "no auth backend is named, and nothing is served without one",
             R"(an [auth] table with a line such as backend = "env-token")",
             "none");
}

} // namespace

auth read_auth(const reader& file) {
    const auto table = file.find_table("auth", {"backend", "sha256", "variable", "same_people", "options"});
    if (!table)
        no_backend(file.where());
    const auto named = table->find_text_or_list("backend");
    if (!named || named->empty())
        no_backend(table->where("backend"));

    auth auth{.backends = {}, .same_people = {}, .where = table->where()};
    std::vector<std::string_view> names;
    auth.backends.reserve(named->size()); // the names are views into it
    for (const text& written : *named) {
        std::string library = library_name(written);
        std::string name = std::filesystem::path(library).stem().string();
        if (std::find(names.begin(), names.end(), name) != names.end())
            written.refuse("is asked twice", "each backend once");
        auth.backends.push_back(
            {.library = std::move(library), .name = std::move(name), .options = {}, .sha256 = {}});
        names.push_back(auth.backends.back().name);
    }
    if (table->is_list("backend")) {
        // Several backends have their options and pins by name; one that is named alone has them all.
        const bool may_be_shown =
            std::none_of(named->begin(), named->end(), [](const text& one) { return one.from_environment; });
        const std::string_view described = may_be_shown ? "" : "one of the backends, by name";
        const auto options = table->find_table("options", names, described);
        const auto pins = table->find_table("sha256", names, described);
        for (backend& one : auth.backends) {
            one.options = options ? options->read_options(one.name) : table->no_options();
            if (pins)
                one.sha256 = read_pin(*pins, one.name);
        }
    } else {
        auth.backends.front().options = table->read_options("options");
        auth.backends.front().sha256 = read_pin(*table, "sha256");
    }
    if (const auto same = table->find_list("same_people"))
        for (const text& written : *same) {
            if (std::find(names.begin(), names.end(), written.value) == names.end())
                written.refuse("is none of the backends", "names that auth.backend has");
            auth.same_people.push_back(written.value);
        }
    if (const auto variable = table->find_text("variable")) {
        // Not shown: this is where somebody pastes the token in place of the variable's name.
        if (!is_variable_name(variable->value))
            complain(variable->where,
                     variable->key + " is not a variable's name",
                     "a name such as MCP_AUTH_TOKEN (the token itself does not belong here)",
                     "something else");
        auth.variable = variable->value;
    }
    return auth;
}

stdio read_stdio(const reader& file) {
    constexpr std::size_t longest_subject = 256; // as of any principal
    stdio stdio;
    if (const auto table = file.find_table("stdio", {"subject"}))
        if (const auto subject = table->find_text("subject")) {
            if (subject->value.empty() || subject->value.size() > longest_subject)
                subject->refuse("is no name for a caller", "1 to 256 bytes");
            stdio.subject = subject->value;
        }
    return stdio;
}

} // namespace toolrack::config
