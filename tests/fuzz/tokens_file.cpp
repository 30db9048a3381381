// tokens.toml: a list that is read can be written and read again, and is the same; one that is not says why on one
// line.
#include <string>

#include "base/error.hpp"
#include "base/rfc3339.hpp"
#include "claim.hpp"
#include "identity/scope.hpp"
#include "token/bearer.hpp"
#include "token/list.hpp"

namespace {

using namespace toolrack;
using fuzz::claim;

void check_record(const token::record& one) {
    claim(token::is_id(one.id) && (one.replaced_by.empty() || token::is_id(one.replaced_by)), "an id is one");
    claim(token::is_principal(one.principal) && token::is_note(one.note), "a name and a note are text on one line");
    claim(std::ranges::all_of(one.scopes, [](const auto& scope) { return identity::is_scope(scope); }),
          "a scope is one");
    claim(std::ranges::all_of(one.sources, token::is_source), "a source is one");
}

bool is_same(const token::record& one, const token::record& other) {
    return one.id == other.id && one.principal == other.principal && one.hash == other.hash &&
           one.scopes == other.scopes && one.created == other.created && one.not_before == other.not_before &&
           one.expires == other.expires && one.sources == other.sources && one.note == other.note &&
           one.replaced_by == other.replaced_by;
}

// A blank before each header: then the list is not parsed in parts.
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
        claim(fuzz::is_presentable(why) && why.starts_with("tokens.toml"),
              "a complaint is one line that names the file");
        claim(why.find("; expected ") != why.npos && why.find(", found ") != why.npos,
              "a complaint says what is to be done");
        return 0;
    }
    std::ranges::for_each(list, check_record);
    const auto written = token::write_list(list);
    std::vector<token::record> again, as_whole;
    try {
        again = token::read_list(written, "written.toml");
        as_whole = token::read_list(with_blanks(written), "written.toml");
    } catch (const failure& refused) {
        claim(false, refused.what());
    }
    claim(std::ranges::equal(list, again, is_same), "a list is read as it was written");
    claim(std::ranges::equal(list, as_whole, is_same),
          "a list that is parsed in parts has the same tokens as one tree");
    claim(token::write_list(again) == written, "a list has one writing");
    return 0;
}
