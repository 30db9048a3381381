// [auth]: which lock, and what it is told; and [stdio], which has none.
#include <algorithm>

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
    const auto table = file.find_table("auth", {"backend", "variable", "options"});
    if (!table)
        no_backend(file.where());
    const auto backends = table->find_text_or_list("backend");
    if (!backends || backends->empty())
        no_backend(table->where("backend"));

    auth auth{.backends = {}, .options = table->read_options(), .where = table->where()};
    for (const text& backend : *backends) {
        std::string name = library_name(backend);
        if (std::find(auth.backends.begin(), auth.backends.end(), name) != auth.backends.end())
            backend.refuse("is asked twice", "each backend once");
        auth.backends.push_back(std::move(name));
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
