// Matches uris against a resource template: the reversible part of RFC 6570.
//
// {name} matches one or more characters except a slash; {+name} and {name*} also match slashes.
// Values are percent-decoded. Of several possible matches, the leftmost shortest one is used.
#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolrack {

class uri_template {
public:
    using variables = std::vector<std::pair<std::string, std::string>>;

    explicit uri_template(std::string_view text) {
        while (!text.empty()) {
            const std::size_t open = text.find('{');
            const std::size_t close = text.find('}', open);
            if (open != std::string_view::npos && close == std::string_view::npos)
                throw std::invalid_argument("the resource template has a { without a }");
            parts_.push_back({std::string(text.substr(0, open)), {}, false});
            if (open == std::string_view::npos) return;
            name(text.substr(open + 1, close - open - 1));
            text.remove_prefix(close + 1);
        }
    }

    std::optional<variables> match(std::string_view uri) const {
        variables found;
        for (std::size_t n = 0; n != parts_.size(); ++n) {
            const part& here = parts_[n];
            if (!uri.starts_with(here.literal)) return {};
            uri.remove_prefix(here.literal.size());
            if (here.variable.empty()) continue;
            const std::size_t length = length_of(here, n + 1, uri);
            if (length == 0) return {};
            std::string value = decoded(uri.substr(0, length));
            // Escaped characters must follow the same rules as unescaped ones.
            if (value.find('\0') != value.npos) return {};
            if (!here.with_slashes && value.find('/') != value.npos) return {};
            found.emplace_back(here.variable, std::move(value));
            uri.remove_prefix(length);
        }
        return uri.empty() ? std::optional(std::move(found)) : std::nullopt;
    }

private:
    struct part {
        std::string literal;
        std::string variable;  // follows the literal; empty if there is none
        bool with_slashes;
    };

    void name(std::string_view expression) {
        const bool plus = expression.starts_with('+'), star = expression.ends_with('*');
        if (plus) expression.remove_prefix(1);
        if (star) expression.remove_suffix(1);
        if (expression.empty() || expression.find_first_of("?&#/.;,:+=!@|{") != expression.npos)
            throw std::invalid_argument("a resource template may contain only {name}, {+name} "
                                        "and {name*}");
        parts_.back().variable = expression;
        parts_.back().with_slashes = plus || star;
    }

    // The length of the value: up to the next literal, or to the end.
    std::size_t length_of(const part& here, std::size_t next, std::string_view uri) const {
        std::size_t length = uri.size();
        if (next != parts_.size() && !parts_[next].literal.empty()) length = uri.find(parts_[next].literal, 1);
        if (length == std::string_view::npos) return 0;
        const std::string_view value = uri.substr(0, length);
        return !here.with_slashes && value.find('/') != std::string_view::npos ? 0 : length;
    }

    static int digit(char c) {
        if (c >= '0' && c <= '9') return c - '0';
        const char lower = static_cast<char>(c | 0x20);
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    static std::string decoded(std::string_view text) {
        std::string out;
        for (std::size_t n = 0; n < text.size(); ++n) {
            const bool escape =
                text[n] == '%' && n + 2 < text.size() && digit(text[n + 1]) >= 0 && digit(text[n + 2]) >= 0;
            out += escape ? static_cast<char>(digit(text[n + 1]) << 4 | digit(text[n + 2])) : text[n];
            n += escape ? 2 : 0;
        }
        return out;
    }

    std::vector<part> parts_;
};

}  // namespace toolrack
