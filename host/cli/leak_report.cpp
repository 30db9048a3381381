#include "cli/leak_report.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <toolrack/json.hpp>

#include "base/redact.hpp"
#include "base/text.hpp"

namespace toolrack::cli {
namespace {

std::string shown(const std::string& name) {
    constexpr std::size_t longest = 4096;
    return redacted(printable(name, longest));
}

std::string counted(std::uint64_t count, const char* one) {
    return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

}  // namespace

void leak_report::found(const std::string& name, const token::leak& leak) {
    const bool is_token = leak.what == token::leak::kind::token;
    const bool is_first = !has_found_any();
    ++(is_token ? tokens_ : keys_);
    if (as_json_) {
        auto one = json::object({{"file", shown(name)}, {"line", leak.line}, {"column", leak.column},
                                 {"kind", is_token ? "token" : "key"}});
        if (is_token) one.add("id", leak.id);
        fmt::print("{}{}", is_first ? "{\"found\":[" : ",", one.str());
        return;
    }
    fmt::print("{}:{}:{}: {}\n", shown(name), leak.line, leak.column, is_token ? "token " + leak.id : "signing key");
}

void leak_report::cannot_read(const std::string& name, const std::string& why) {
    unreadable_.push_back({shown(name), why});
    fmt::print(stderr, "{} was not read: {}\n", unreadable_.back().name, why);
}

void leak_report::finish(bool is_quiet) const {
    if (as_json_) {
        auto unreadable = json::array();
        for (const auto& one : unreadable_) unreadable.push(json::object({{"file", one.name}, {"why", one.why}}));
        return fmt::print("{}],\"files\":{},\"unreadable\":{}}}\n", has_found_any() ? "" : "{\"found\":[",
                          files_, unreadable.str());
    }
    std::fflush(stdout);
    if (!has_found_any()) {
        if (!is_quiet) fmt::print(stderr, "No token and no key in {}.\n", counted(files_, "file"));
        return;
    }
    fmt::print(stderr, "Found {}{}{} in {}. Whoever has read one can use it, so taking it out is not enough.\n",
               tokens_ ? counted(tokens_, "token") : "", tokens_ && keys_ ? " and " : "",
               keys_ ? counted(keys_, "signing key") : "", counted(files_, "file"));
    if (tokens_)
        fmt::print(stderr, "A token ends with \"toolrack token revoke ID\", or, with a new one in its place, "
                           "\"toolrack token rotate ID\".\n");
    if (keys_)
        fmt::print(stderr, "A key ends with \"toolrack key rotate\", and then \"toolrack key retire KID\" "
                           "for the old one.\n");
}

}  // namespace toolrack::cli
