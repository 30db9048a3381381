#include "cli/signing.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>

#include "app/resource.hpp"
#include "base/error.hpp"
#include "config/config.hpp"
#include "config/quantity.hpp"
#include "wire/json.hpp"

namespace toolrack::cli {
namespace {

constexpr const char* backend_name = "hmac-token";

struct configured {
    config::settings settings;
    std::filesystem::path file;

    // Of the backend; nothing when it does not say.
    std::optional<std::string> option(std::string_view name) const {
        const auto* one = find();
        return one ? wire::string_member(json::value(one->options.json), name) : std::nullopt;
    }
    const config::backend* find() const {
        const auto& all = settings.auth.backends;
        const auto found = std::ranges::find(all, backend_name, &config::backend::name);
        return found == all.end() ? nullptr : &*found;
    }
};

configured read_configuration(const signing_words& given) {
    const std::filesystem::path file = given.config.empty() ? config::find_file() : std::filesystem::path(given.config);
    return {config::read(file), file};
}

void insist_on_backend(const configured& read) {
    if (read.find()) return;
    throw failure(to_string(read.settings.auth.where) +
                  ": the configuration does not say where the keys are, because none of its auth backends is "
                  "hmac-token. Name the keys file with --keys.");
}

std::filesystem::path keys_of(const configured& read) {
    insist_on_backend(read);
    if (const auto keys = read.option("keys")) return *keys;
    throw failure(to_string(read.settings.auth.where) +
                  ": the backend hmac-token has no option keys. Add a line such as "
                  "options.keys = \"/etc/toolrack/keys.toml\", or name the keys file with --keys.");
}

}  // namespace

void signing_words::add_options(CLI::App& command) {
    command.add_option("--keys", keys, "The keys file (default: what the configuration says)")->type_name("FILE");
    command.add_option("--config", config, "The configuration file (default: as for \"toolrack serve\")")
        ->type_name("FILE");
}

void signing_words::add_mint_options(CLI::App& command) {
    command.add_option("--audience", audience,
                       "The server that the token is for (default: the URL of the configured one)")
        ->type_name("URI");
    command.add_option("--issuer", issuer,
                       "Who the token says made it (default: what the configuration expects, or toolrack)")
        ->type_name("NAME");
}

std::filesystem::path find_keys(const signing_words& given) {
    if (!given.keys.empty()) return given.keys;
    return keys_of(read_configuration(given));
}

std::optional<std::filesystem::path> find_revocations(const signing_words& given) {
    const auto beside = [](const std::filesystem::path& keys) {
        return std::filesystem::absolute(keys).parent_path() / "revoked.list";
    };
    if (!given.keys.empty()) return beside(given.keys);
    const auto read = read_configuration(given);
    if (!read.find()) return std::nullopt;
    if (const auto named = read.option("revoked")) return std::filesystem::absolute(*named);
    return beside(keys_of(read));
}

minting find_minting(const signing_words& given) {
    minting found{given.keys, given.audience, given.issuer, jwt::longest_max_ttl};
    const bool is_said = !given.keys.empty() && !given.audience.empty() && given.config.empty();
    if (!is_said) {
        const auto read = read_configuration(given);
        if (given.keys.empty()) found.keys = keys_of(read);
        if (given.audience.empty()) found.audience = read.option("audience").value_or(app::resource_of(read.settings));
        if (given.issuer.empty()) found.issuer = read.option("issuer").value_or("");
        found.max_ttl = jwt::usual_max_ttl;
        if (const auto max_ttl = config::parse_duration(read.option("max_ttl").value_or("")))
            found.max_ttl = std::min(std::chrono::floor<std::chrono::seconds>(*max_ttl), jwt::longest_max_ttl);
    }
    if (found.issuer.empty()) found.issuer = jwt::usual_issuer;
    return found;
}

}  // namespace toolrack::cli
