// URI references, as far as naming schemas needs them: RFC 3986, section 5.2, without any opinion
// about schemes. Boost.URL was not taken because it refuses ids that people do write.
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

// Text with %41 read as A; what is not such an escape stays as it is.
std::string decoded(std::string_view text);

}  // namespace toolrack::schema::uri
