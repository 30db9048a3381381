#include "schema/uri.hpp"

#include <charconv>
#include <cstddef>
#include <optional>

namespace toolrack::schema::uri {
namespace {

struct reference {
    std::optional<std::string_view> scheme, authority, query, fragment;
    std::string_view path;
};

std::string_view until(std::string_view text, std::string_view ends) {
    return text.substr(0, text.find_first_of(ends));
}

// If `rest` begins with `mark`, takes the text after it up to one of `ends`.
std::optional<std::string_view> take(std::string_view& rest, std::string_view mark, std::string_view ends) {
    if (!rest.starts_with(mark)) return std::nullopt;
    rest.remove_prefix(mark.size());
    const auto taken = until(rest, ends);
    rest.remove_prefix(taken.size());
    return taken;
}

reference parse(std::string_view rest) {
    reference r;
    const auto scheme = until(rest, ":/?#");
    if (!scheme.empty() && rest.substr(scheme.size()).starts_with(':')) {
        r.scheme = scheme;
        rest.remove_prefix(scheme.size() + 1);
    }
    r.authority = take(rest, "//", "/?#");
    r.path = until(rest, "?#");
    rest.remove_prefix(r.path.size());
    r.query = take(rest, "?", "#");
    r.fragment = take(rest, "#", "");
    return r;
}

// RFC 3986, section 5.2.4.
std::string without_dots(std::string_view path) {
    while (path.starts_with("./") || path.starts_with("../")) path.remove_prefix(path.find('/') + 1);
    std::string out;
    while (!path.empty()) {
        const auto segment = path.substr(0, path.find('/', 1));
        const auto name = segment.starts_with('/') ? segment.substr(1) : segment;
        const bool last = segment.size() == path.size();
        path.remove_prefix(segment.size());
        if (name != "." && name != "..") {
            out += segment;
            continue;
        }
        if (name == "..") out.erase(out.rfind('/') == out.npos ? 0 : out.rfind('/'));
        if (last && segment.starts_with('/')) out += '/';
    }
    return out;
}

std::string merged(const reference& base, std::string_view path) {
    std::string out = base.authority && base.path.empty() ? "/" : "";
    const auto slash = base.path.rfind('/');
    if (slash != base.path.npos) out.append(base.path.substr(0, slash + 1));
    return out.append(path);
}

}  // namespace

std::string resolve(std::string_view base_text, std::string_view reference_text) {
    const auto base = parse(base_text);
    auto to = parse(reference_text);
    std::string path = without_dots(to.path);
    if (!to.scheme && !to.authority) {
        if (to.path.empty()) {
            path = base.path;
            if (!to.query) to.query = base.query;
        } else if (!to.path.starts_with('/')) {
            path = without_dots(merged(base, to.path));
        }
        to.authority = base.authority;
    }
    if (!to.scheme) to.scheme = base.scheme;

    std::string out;
    if (to.scheme) out.append(*to.scheme).append(":");
    if (to.authority) out.append("//").append(*to.authority);
    out += path;
    if (to.query) out.append("?").append(*to.query);
    if (to.fragment) out.append("#").append(*to.fragment);
    return out;
}

parts split(std::string_view whole) {
    const auto document = until(whole, "#");
    const bool ends = document.size() == whole.size();
    return {document, ends ? std::string_view() : whole.substr(document.size() + 1)};
}

std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i != text.size(); ++i) {
        unsigned char byte = 0;
        const auto* digits = text.data() + i + 1;
        if (text[i] == '%' && i + 2 < text.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
            out += static_cast<char>(byte);
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace toolrack::schema::uri
