// tokens.toml: a list is written and read again unchanged; an error is one line.
#include <string>

#include "base/error.hpp"
#include "base/rfc3339.hpp"
#include "identity/scope.hpp"
#include "require.hpp"
#include "token/bearer.hpp"
#include "token/list.hpp"

namespace {

using namespace toolrack;
using fuzz::require;

void check_record(const token::record& one) {
    require(token::is_id(one.id) && (one.replaced_by.empty() || token::is_id(one.replaced_by)), "an id is valid");
    require(token::is_principal(one.principal) && token::is_note(one.note), "a principal and a note are valid");
    require(std::ranges::all_of(one.scopes, [](const auto& scope) { return identity::is_scope(scope); }),
            "a scope is valid");
    require(std::ranges::all_of(one.sources, token::is_source), "a source is valid");
}

bool is_same(const token::record& one, const token::record& other) {
    return one.id == other.id && one.principal == other.principal && one.hash == other.hash &&
           one.scopes == other.scopes && one.created == other.created && one.not_before == other.not_before &&
           one.expires == other.expires && one.sources == other.sources && one.note == other.note &&
           one.replaced_by == other.replaced_by;
}

// A space before each header prevents that the list is parsed in parts.
std::string with_blanks(std::string text) {
    for (auto at = text.find("\n[[token]]"); at != text.npos; at = text.find("\n[[token]]")) text.insert(at + 1, " ");
    return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    std::vector<token::record> list;
    try {
        list = token::read_list(fuzz::text_of(bytes, size), "tokens.toml");
    } catch (const failure& refused) {
        const std::string_view why = refused.what();
        require(fuzz::is_presentable(why) && why.starts_with("tokens.toml"),
                "an error is one line that names the file");
        require(why.find("; expected ") != why.npos && why.find(", found ") != why.npos,
                "an error says what is expected and found");
        return 0;
    }
    std::ranges::for_each(list, check_record);
    const auto written = token::write_list(list);
    std::vector<token::record> again, as_whole;
    try {
        again = token::read_list(written, "written.toml");
        as_whole = token::read_list(with_blanks(written), "written.toml");
    } catch (const failure& refused) {
        require(false, refused.what());
    }
    require(std::ranges::equal(list, again, is_same), "a list is read as written");
    require(std::ranges::equal(list, as_whole, is_same),
            "a list that is parsed in parts has the same tokens as one tree");
    require(token::write_list(again) == written, "a list has one encoding");
    return 0;
}
