#include "cli/leak_report.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <toolrack/json.hpp>

#include "base/redact.hpp"
#include "base/text.hpp"

namespace toolrack::cli {
namespace {

std::string shown(const std::string& name) {
    constexpr std::size_t max_size = 4096;
    return redacted(printable(name, max_size));
}

}  // namespace

void leak_report::add_leak(const std::string& name, const token::finding& leak) {
    const bool is_token = leak.what == token::finding::kind::token;
    const bool is_first = !has_leaks();
    ++(is_token ? tokens_ : keys_);
    if (as_json_) {
        auto one = json::object({{"file", shown(name)},
                                 {"line", leak.line},
                                 {"column", leak.column},
                                 {"kind", is_token ? "token" : "key"}});
        if (is_token) one.add("id", leak.id);
        fmt::print("{}{}", is_first ? "{\"found\":[" : ",", one.str());
        return;
    }
    fmt::print("{}:{}:{}: {}\n", shown(name), leak.line, leak.column, is_token ? "token " + leak.id : "signing key");
}

void leak_report::add_unreadable(const std::string& name, const std::string& reason) {
    unreadable_.push_back({shown(name), reason});
    fmt::print(stderr, "{} was not read: {}\n", unreadable_.back().name, reason);
}

void leak_report::finish(bool is_quiet) const {
    if (as_json_) {
        auto unreadable = json::array();
        for (const auto& one : unreadable_) unreadable.push(json::object({{"file", one.name}, {"reason", one.reason}}));
        return fmt::print(
            "{}],\"files\":{},\"unreadable\":{}}}\n", has_leaks() ? "" : "{\"found\":[", files_, unreadable.str());
    }
    std::fflush(stdout);
    if (!has_leaks()) {
        if (!is_quiet) fmt::print(stderr, "Found no tokens and no signing keys in {}.\n", counted(files_, "file"));
        return;
    }
    fmt::print(stderr,
               "Found {}{}{} in {}. Removing them is not enough: revoke them, because others may have read them.\n",
               tokens_ ? counted(tokens_, "token") : "",
               tokens_ && keys_ ? " and " : "",
               keys_ ? counted(keys_, "signing key") : "",
               counted(files_, "file"));
    if (tokens_)
        fmt::print(stderr, "To revoke a token: toolrack token revoke ID. To replace it: toolrack token rotate ID.\n");
    if (keys_)
        fmt::print(stderr,
                   "To replace a signing key: toolrack key rotate, and then toolrack key retire KID for the "
                   "old one.\n");
}

}  // namespace toolrack::cli
