// HTTP heads: where one ends does not depend on how it arrives, and one that is taken reads the same to a reader who
// knows nothing but lines and colons, so that no server behind or in front of this one could see another request.
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "claim.hpp"
#include "http/syntax/authority.hpp"
#include "http/syntax/content.hpp"
#include "http/syntax/head_scanner.hpp"
#include "http/syntax/head_parser.hpp"
#include "http/request_check.hpp"

namespace {

using namespace toolrack;
using fuzz::claim;

constexpr std::size_t limit = 512;

const http::endpoint_policy& policy() {
    static const http::endpoint_policy one{"/mcp", {"localhost:8080"}, {"http://localhost:8080"}};
    return one;
}

void check_refusal(const http::rejection& why) {
    claim(why.status >= 400 && why.status < 600, "a refusal has the status of one");
    claim(fuzz::is_presentable(why.sentence), "a refusal is one line of text");
}

// As a connection looks for it while bytes arrive.
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

// The fields by a reader of few words. `head` ends in an empty line.
lines plainly_read(std::string_view head) {
    lines fields;
    head.remove_prefix(head.find("\r\n") + 2);
    for (auto end = head.find("\r\n"); end > 0 && end != head.npos; end = head.find("\r\n")) {
        const auto line = head.substr(0, end);
        const auto colon = line.find(':');
        claim(colon != line.npos, "every line has a colon");
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
    for (const auto once : {"host", "content-length", "transfer-encoding", "authorization", "origin", "mcp-session-id",
                            "mcp-protocol-version", "content-type"})
        claim(count(fields, once) <= 1, "what may stand once does");
    claim(count(fields, "host") == 1, "there is a Host");
    claim(count(fields, "upgrade") == 0 && count(fields, "content-encoding") == 0, "nobody asks for something else");
    claim(head.chunked == (count(fields, "transfer-encoding") == 1), "a Transfer-Encoding is chunked");
    claim(head.content_length.has_value() == (count(fields, "content-length") == 1), "a Content-Length is a number");
    claim(!head.chunked || !head.content_length, "a body has one length");
    if (head.content_length) {
        const auto written = *head.find(http::singleton_field::content_length);
        claim(written.find_first_not_of("0123456789") == written.npos, "a Content-Length is of digits");
        const auto zeros = std::min(written.find_first_not_of('0'), written.size() - 1);
        claim(std::to_string(*head.content_length) == written.substr(zeros), "a Content-Length is what it says");
    }
}

void check_same(const http::head& one, const http::head& other) {
    const auto as_pairs = [](const http::head& of) {
        lines all;
        for (const auto& each : of.fields) all.emplace_back(each.name, each.value);
        return all;
    };
    claim(one.method == other.method && one.target == other.target && one.path == other.path &&
              one.query == other.query && one.is_http_1_0 == other.is_http_1_0 &&
              one.content_length == other.content_length && one.chunked == other.chunked &&
              one.expects_continue == other.expects_continue && one.keep_alive == other.keep_alive &&
              one.singletons == other.singletons && as_pairs(one) == as_pairs(other),
          "a head that is written anew says the same");
}

std::string written(const http::head& head) {
    std::string text(head.method);
    text.append(" ").append(head.target).append(head.is_http_1_0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
    for (const auto& each : head.fields) text.append(each.name).append(": ").append(each.value).append("\r\n");
    return text + "\r\n";
}

void check_taken(const http::head& head, std::string_view bytes) {
    const auto fields = plainly_read(bytes);
    claim(fields.size() == head.fields.size(), "every line is a field");
    claim(fields.size() <= 100, "there are no more fields than may be");
    for (std::size_t n = 0; n < fields.size(); ++n)
        claim(fields[n].first == head.fields[n].name && fields[n].second == head.fields[n].value,
              "a field is what its line says");
    for (const auto& [name, value] : fields) {
        claim(!name.empty() && name.find_first_of(" \t\"(),/;<=>?@[\\]{}") == name.npos, "a name is a token");
        claim(value.find('\0') == value.npos, "no value has a NUL");
    }
    const auto start = bytes.substr(0, bytes.find("\r\n"));
    claim(start == std::string(head.method) + ' ' + std::string(head.target) +
                       (head.is_http_1_0 ? " HTTP/1.0" : " HTTP/1.1"),
          "the first line is method, target and version");
    claim(head.path.starts_with('/'), "a path begins with a slash");
    check_framing(head, fields);

    const auto text = written(head);
    http::head twin;
    claim(!http::parse_head(text, twin), "a head that is written anew is taken");
    check_same(head, twin);
}

void check_screen(const http::head& head) {
    if (const auto no = http::check_request(head, policy())) return check_refusal(*no);
    claim(head.path == "/mcp", "only the path that there is passes the screen");
    claim(equals_ignoring_case(*head.find(http::singleton_field::host), "localhost:8080"), "only a host that is allowed passes");
    const auto origin = head.find(http::singleton_field::origin);
    claim(!origin || equals_ignoring_case(*origin, "http://localhost:8080"), "only an origin that is allowed passes");
    if (const auto no = http::check_content(head, http::accepted_types_of(head), limit)) check_refusal(*no);
    else claim(head.content_length.value_or(0) <= limit, "no longer body is announced than may be");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const fuzz::exact_copy copy(fuzz::text_of(bytes, size));
    const std::string_view text = copy;
    const auto found = http::head_scanner(limit).scan(text);
    const auto in_pieces = end_found_in_pieces(text);
    if (!found) {
        check_refusal(found.error());
        claim(in_pieces.empty(), "a head is refused however it arrives");
        return 0;
    }
    claim(*found == in_pieces, "a head ends at the same place however it arrives");
    if (found->empty()) return 0;
    claim(found->size() <= limit && found->ends_with("\r\n\r\n"), "a head is whole and no longer than may be");

    // By itself: nothing behind it may be looked at.
    const fuzz::exact_copy alone(*found);
    http::head head;
    if (const auto no = http::parse_head(alone, head)) {
        check_refusal(*no);
        return 0;
    }
    check_taken(head, alone);
    check_screen(head);
    return 0;
}
