#include "config/secret_reference.hpp"

#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "config/complaint.hpp"
#include "config/document.hpp"
#include "config/file.hpp"
#include "config/text.hpp"

namespace toolrack::config {
namespace {

constexpr std::size_t longest_secret = 64 * 1024;

// `target` is the reference in the configuration.
std::string read_secret(const text& target, const std::filesystem::path& file) {
    auto content = read_file(file, longest_secret);
    if (!content) {
        const auto reason = content.error();
        if (reason == std::errc::file_too_large) target.refuse("is too long", "at most 64 KiB");
        target.refuse("cannot be read (" + reason.message() + ")", "a regular file that can be read");
    }
    if (content->mode & 0037)
        target.refuse(fmt::format("is accessible to other users (mode {:04o})", content->mode),
                      "a file of mode 0600 or 0640");
    std::string& secret = content->bytes;
    if (secret.ends_with('\n')) secret.resize(secret.size() - (secret.ends_with("\r\n") ? 2 : 1));
    if (secret.empty()) target.refuse("is empty", "a file with a secret");
    if (!is_utf8(secret)) target.refuse("is not text", "UTF-8");
    return std::move(secret);
}

std::string fetch_file(const text& target) { return read_secret(target, target.value); }

std::string fetch_credential(const text& target) {
    if (target.value.empty() || target.value == "." || target.value == ".." ||
        target.value.find('/') != std::string::npos)
        target.refuse("is not the name of a credential", "a file name without slashes");
    const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (!directory || !*directory)
        target.refuse("needs CREDENTIALS_DIRECTORY, which is not set", "a start by systemd with LoadCredential=");
    return read_secret(target, std::filesystem::path(directory) / target.value);
}

std::string fetch_variable(const text& target) {
    // The value is not shown: an operator may have pasted the secret itself.
    if (!is_variable_name(target.value))
        complain(target.where,
                 target.key + " is not the name of a variable",
                 "a name such as DB_PASSWORD",
                 "something else");
    return variable_value(target.value, target.key + " names", target.where);
}

}  // namespace

std::optional<std::string> find_secret(const toml::table& table, const std::string& name) {
    if (table.size() != 1) return std::nullopt;
    const auto only = table.begin();
    const std::string_view kind = only->first.str();
    const auto* written = only->second.as_string();
    const auto fetch = kind == "file"         ? fetch_file
                       : kind == "env"        ? fetch_variable
                       : kind == "credential" ? fetch_credential
                                              : nullptr;
    if (!written || !fetch) return std::nullopt;
    return fetch(expand(written->get(), fmt::format("{}.{}", name, kind), location_of(*written)));
}

}  // namespace toolrack::config
