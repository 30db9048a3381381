// URI references for schema names: RFC 3986, section 5.2, for any scheme. Not Boost.URL, because it refuses ids that
// are in use.
#pragma once

#include <string>
#include <string_view>

namespace toolrack::schema::uri {

std::string resolve(std::string_view base, std::string_view reference);

// "a#b" is "a" and "b"; so is the empty fragment, "a#", "a" and "".
struct parts {
    std::string_view document;
    std::string_view fragment;
};
parts split(std::string_view whole);

// Decodes percent escapes; invalid escapes are kept.
std::string decoded(std::string_view text);

}  // namespace toolrack::schema::uri
