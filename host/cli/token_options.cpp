#include "cli/token_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include <toolrack/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/usage_error.hpp"
#include "config/config.hpp"
#include "config/quantity.hpp"
#include "wire/json.hpp"

namespace toolrack::cli {

std::filesystem::path token_options::config_file() const {
    return signing.config.empty() ? config::find_file() : std::filesystem::path(signing.config);
}

token::file_set token_options::open_files() const {
    std::filesystem::path list = tokens, revoked, last_use;
    if (list.empty()) {
        const auto file = config_file();
        const auto settings = config::read(file);
        const auto backend = std::ranges::find(settings.auth.backends, "token-file", &config::backend::name);
        const json::value options(backend == settings.auth.backends.end() ? std::string_view("{}")
                                                                          : std::string_view(backend->options.json));
        const auto path = wire::string_member(options, "path");
        if (!path)
            usage_error(
                file.string() +
                " does not configure token-file and its path in [auth]. Name the token list with --tokens FILE.");
        list = *path;
        revoked = wire::string_member(options, "revoked").value_or("");
        last_use = wire::string_member(options, "last_use").value_or("");
    }
    list = std::filesystem::absolute(list);
    if (revoked.empty()) revoked = list.parent_path() / "revoked.list";
    if (last_use.empty()) last_use = list.parent_path() / "last-use";
    return token::file_set({list, std::filesystem::absolute(revoked), std::filesystem::absolute(last_use)});
}

std::chrono::seconds read_duration(const std::string& written, const char* option) {
    const auto read = config::parse_duration(written);
    if (!read)
        usage_error(
            fmt::format("{} is \"{}\"; expected a duration such as 30m, 24h or 90d.", option, printable(written, 60)));
    return std::chrono::ceil<std::chrono::seconds>(*read);
}

}  // namespace toolrack::cli
