// revoked.list: an invalid line does not affect other lines, and a written list is read again.
#include <string>

#include "require.hpp"
#include "token/revocations.hpp"

namespace {

using namespace toolrack;
using fuzz::require;
using token::revocation_kind;

std::string written(const token::revocations& all) {
    const auto when = *read_rfc3339("2026-11-22T10:00:00Z");
    std::string text;
    for (const auto& each : all.tokens) text += token::revocation_line(when, revocation_kind::token, each, "lost");
    for (const auto& each : all.signed_tokens)
        text += token::revocation_line(when, revocation_kind::signed_token, each, "");
    for (const auto& each : all.keys) text += token::revocation_line(when, revocation_kind::key, each, each);
    for (const auto& [name, moment] : all.principals)
        text += token::revocation_line(moment, revocation_kind::principal_before, name, "a\nb");
    return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto text = fuzz::text_of(bytes, size);
    const auto read = token::parse_revocations(text);

    // Line by line, from the last to the first.
    token::revocations by_lines;
    std::vector<unsigned> broken;
    unsigned number = static_cast<unsigned>(std::ranges::count(text, '\n')) + 1;
    for (auto rest = text;; --number) {
        const auto start = rest.rfind('\n');
        const fuzz::exact_copy line(rest.substr(start == rest.npos ? 0 : start + 1));
        const auto one = token::parse_revocations(line);
        by_lines.add(one.revoked);
        if (!one.invalid_lines.empty()) broken.insert(broken.begin(), number);
        if (start == rest.npos) break;
        rest = rest.substr(0, start);
    }
    require(by_lines == read.revoked, "the result does not depend on the order of the lines");
    require(broken == read.invalid_lines, "an invalid line does not affect other lines");

    // An escaped value can be longer than the line that it was read from.
    const auto lines = written(read.revoked);
    const auto again = token::parse_revocations(lines);
    require(again.invalid_lines.empty() && again.revoked == read.revoked, "a written list is read again");
    return 0;
}
