#include "cli/signing_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>

#include "app/resource_uri.hpp"
#include "base/error.hpp"
#include "config/config.hpp"
#include "config/quantity.hpp"
#include "wire/json.hpp"

namespace toolrack::cli {
namespace {

constexpr const char* backend_name = "hmac-token";

struct configuration {
    config::settings settings;

    // An option of the backend; empty when it is not set.
    std::optional<std::string> option(std::string_view name) const {
        const auto* backend = find_backend();
        return backend ? wire::string_member(json::value(backend->options.json), name) : std::nullopt;
    }
    const config::backend* find_backend() const {
        const auto& all = settings.auth.backends;
        const auto found = std::ranges::find(all, backend_name, &config::backend::name);
        return found == all.end() ? nullptr : &*found;
    }
};

configuration read_configuration(const signing_options& given) {
    const std::filesystem::path file = given.config.empty() ? config::find_file() : std::filesystem::path(given.config);
    return {config::read(file)};
}

std::filesystem::path keys_of(const configuration& read) {
    if (!read.find_backend())
        throw failure(to_string(read.settings.auth.where) +
                      ": the configuration names no keys file, because none of its auth backends is hmac-token. Name "
                      "the keys file with --keys.");
    if (const auto keys = read.option("keys")) return *keys;
    throw failure(to_string(read.settings.auth.where) +
                  ": the backend hmac-token has no option keys. Add a line such as "
                  "options.keys = \"/etc/toolrack/keys.toml\", or name the keys file with --keys.");
}

}  // namespace

void signing_options::add_options(CLI::App& command) {
    command.add_option("--keys", keys, "The keys file (default: the configured one)")->type_name("FILE");
    command.add_option("--config", config, "The configuration file (default: as for \"toolrack serve\")")
        ->type_name("FILE");
}

void signing_options::add_mint_options(CLI::App& command) {
    command
        .add_option("--audience",
                    audience,
                    "The URI of the server that the token is for (default: the URL of the configured server)")
        ->type_name("URI");
    command.add_option("--issuer", issuer, "The issuer in the token (default: the configured one, or toolrack)")
        ->type_name("NAME");
}

std::filesystem::path find_keys(const signing_options& given) {
    if (!given.keys.empty()) return given.keys;
    return keys_of(read_configuration(given));
}

std::optional<std::filesystem::path> find_revocations(const signing_options& given) {
    const auto beside = [](const std::filesystem::path& keys) {
        return std::filesystem::absolute(keys).parent_path() / "revoked.list";
    };
    if (!given.keys.empty()) return beside(given.keys);
    const auto read = read_configuration(given);
    if (!read.find_backend()) return std::nullopt;
    if (const auto named = read.option("revoked")) return std::filesystem::absolute(*named);
    return beside(keys_of(read));
}

minting_settings find_minting_settings(const signing_options& given) {
    minting_settings found{given.keys, given.audience, given.issuer, jwt::longest_max_ttl};
    const bool is_complete = !given.keys.empty() && !given.audience.empty() && given.config.empty();
    if (!is_complete) {
        const auto read = read_configuration(given);
        if (given.keys.empty()) found.keys = keys_of(read);
        if (given.audience.empty()) found.audience = read.option("audience").value_or(app::resource_uri(read.settings));
        if (given.issuer.empty()) found.issuer = read.option("issuer").value_or("");
        found.max_ttl = jwt::usual_max_ttl;
        if (const auto max_ttl = config::parse_duration(read.option("max_ttl").value_or("")))
            found.max_ttl = std::min(std::chrono::floor<std::chrono::seconds>(*max_ttl), jwt::longest_max_ttl);
    }
    if (found.issuer.empty()) found.issuer = jwt::usual_issuer;
    return found;
}

}  // namespace toolrack::cli
