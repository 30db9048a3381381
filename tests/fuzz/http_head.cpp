// HTTP heads: the end does not depend on how the bytes are split, and a minimal second parser reads the same fields
// from an accepted head, so that no proxy can see a different request (request smuggling).
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "http/request_check.hpp"
#include "http/syntax/authority.hpp"
#include "http/syntax/content.hpp"
#include "http/syntax/head_parser.hpp"
#include "http/syntax/head_scanner.hpp"
#include "require.hpp"

namespace {

using namespace toolrack;
using fuzz::require;

constexpr std::size_t limit = 512;

const http::endpoint_policy& policy() {
    static const http::endpoint_policy one{"/mcp", {"localhost:8080"}, {"http://localhost:8080"}};
    return one;
}

void check_refusal(const http::rejection& why) {
    require(why.status >= 400 && why.status < 600, "a rejection has an error status");
    require(fuzz::is_presentable(why.sentence), "a rejection is one line of text");
}

// Scans as a connection does while bytes arrive.
std::string_view end_found_in_pieces(std::string_view all) {
    http::head_scanner scanner(limit);
    fuzz::dice dice(all);
    for (std::size_t arrived = 0; arrived < all.size();) {
        arrived = std::min(all.size(), arrived + dice.roll(dice.roll(3) == 1 ? 64 : 4));
        const auto found = scanner.scan(all.substr(0, arrived));
        if (!found) return {};
        if (!found->empty()) return *found;
    }
    return {};
}

using lines = std::vector<std::pair<std::string_view, std::string_view>>;

// The fields by a minimal parser. `head` ends with an empty line.
lines fields_in(std::string_view head) {
    lines fields;
    head.remove_prefix(head.find("\r\n") + 2);
    for (auto end = head.find("\r\n"); end > 0 && end != head.npos; end = head.find("\r\n")) {
        const auto line = head.substr(0, end);
        const auto colon = line.find(':');
        require(colon != line.npos, "every field line has a colon");
        fields.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
        head.remove_prefix(end + 2);
    }
    return fields;
}

std::size_t count(const lines& fields, std::string_view name) {
    const auto is_it = [&](const auto& field) { return equals_ignoring_case(field.first, name); };
    return static_cast<std::size_t>(std::ranges::count_if(fields, is_it));
}

void check_framing(const http::head& head, const lines& fields) {
    for (const auto once : {"host",
                            "content-length",
                            "transfer-encoding",
                            "authorization",
                            "origin",
                            "mcp-session-id",
                            "mcp-protocol-version",
                            "content-type"})
        require(count(fields, once) <= 1, "a singleton field occurs at most once");
    require(count(fields, "host") == 1, "there is exactly one Host");
    require(count(fields, "upgrade") == 0 && count(fields, "content-encoding") == 0,
            "there is no Upgrade and no Content-Encoding");
    require(head.chunked == (count(fields, "transfer-encoding") == 1), "Transfer-Encoding is chunked");
    require(head.content_length.has_value() == (count(fields, "content-length") == 1), "a Content-Length is a number");
    require(!head.chunked || !head.content_length, "a body has one length");
    if (head.content_length) {
        const auto written = *head.find(http::singleton_field::content_length);
        require(written.find_first_not_of("0123456789") == written.npos, "a Content-Length has only digits");
        const auto zeros = std::min(written.find_first_not_of('0'), written.size() - 1);
        require(std::to_string(*head.content_length) == written.substr(zeros),
                "a Content-Length has the value of its digits");
    }
}

void check_same(const http::head& one, const http::head& other) {
    const auto as_pairs = [](const http::head& of) {
        lines all;
        for (const auto& each : of.fields) all.emplace_back(each.name, each.value);
        return all;
    };
    require(one.method == other.method && one.target == other.target && one.path == other.path &&
                one.query == other.query && one.is_http_1_0 == other.is_http_1_0 &&
                one.content_length == other.content_length && one.chunked == other.chunked &&
                one.expects_continue == other.expects_continue && one.keep_alive == other.keep_alive &&
                one.singletons == other.singletons && as_pairs(one) == as_pairs(other),
            "a re-encoded head has the same meaning");
}

std::string written(const http::head& head) {
    std::string text(head.method);
    text.append(" ").append(head.target).append(head.is_http_1_0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
    for (const auto& each : head.fields) text.append(each.name).append(": ").append(each.value).append("\r\n");
    return text + "\r\n";
}

void check_taken(const http::head& head, std::string_view bytes) {
    const auto fields = fields_in(bytes);
    require(fields.size() == head.fields.size(), "every line is a field");
    require(fields.size() <= 100, "the number of fields is within the limit");
    for (std::size_t n = 0; n < fields.size(); ++n)
        require(fields[n].first == head.fields[n].name && fields[n].second == head.fields[n].value,
                "a field has the name and value of its line");
    for (const auto& [name, value] : fields) {
        require(!name.empty() && name.find_first_of(" \t\"(),/;<=>?@[\\]{}") == name.npos, "a name is a token");
        require(value.find('\0') == value.npos, "no value has a NUL");
    }
    const auto start = bytes.substr(0, bytes.find("\r\n"));
    require(start == std::string(head.method) + ' ' + std::string(head.target) +
                         (head.is_http_1_0 ? " HTTP/1.0" : " HTTP/1.1"),
            "the first line is method, target and version");
    require(head.path.starts_with('/'), "a path starts with a slash");
    check_framing(head, fields);

    const auto text = written(head);
    http::head twin;
    require(!http::parse_head(text, twin), "a re-encoded head is accepted");
    check_same(head, twin);
}

void check_policies(const http::head& head) {
    if (const auto no = http::check_request(head, policy())) return check_refusal(*no);
    require(head.path == "/mcp", "only the endpoint path is accepted");
    require(equals_ignoring_case(*head.find(http::singleton_field::host), "localhost:8080"),
            "only an allowed host is accepted");
    const auto origin = head.find(http::singleton_field::origin);
    require(!origin || equals_ignoring_case(*origin, "http://localhost:8080"), "only an allowed origin is accepted");
    if (const auto no = http::check_content(head, http::accepted_types_of(head), limit)) check_refusal(*no);
    else require(head.content_length.value_or(0) <= limit, "an accepted Content-Length is within the limit");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const fuzz::exact_copy copy(fuzz::text_of(bytes, size));
    const std::string_view text = copy;
    const auto found = http::head_scanner(limit).scan(text);
    const auto in_pieces = end_found_in_pieces(text);
    if (!found) {
        check_refusal(found.error());
        require(in_pieces.empty(), "the rejection of a head does not depend on how the bytes are split");
        return 0;
    }
    require(*found == in_pieces, "the end of a head does not depend on how the bytes are split");
    if (found->empty()) return 0;
    require(found->size() <= limit && found->ends_with("\r\n\r\n"), "a head is complete and within the limit");

    // A copy of the head alone, so that a sanitizer detects a read beyond it.
    const fuzz::exact_copy alone(*found);
    http::head head;
    if (const auto no = http::parse_head(alone, head)) {
        check_refusal(*no);
        return 0;
    }
    check_taken(head, alone);
    check_policies(head);
    return 0;
}
