#include "catch.hpp"
#include "schema/uri.hpp"

#include <utility>

using namespace toolrack::schema;

TEST_CASE("references are resolved as in RFC 3986, section 5.4") {
    constexpr auto base = "http://a/b/c/d;p?q";
    for (const auto& [reference, expected] : {
             std::pair{"g:h", "g:h"},
             std::pair{"g", "http://a/b/c/g"},
             std::pair{"./g", "http://a/b/c/g"},
             std::pair{"g/", "http://a/b/c/g/"},
             std::pair{"/g", "http://a/g"},
             std::pair{"//g", "http://g"},
             std::pair{"?y", "http://a/b/c/d;p?y"},
             std::pair{"g?y", "http://a/b/c/g?y"},
             std::pair{"#s", "http://a/b/c/d;p?q#s"},
             std::pair{"g?y#s", "http://a/b/c/g?y#s"},
             std::pair{"", "http://a/b/c/d;p?q"},
             std::pair{".", "http://a/b/c/"},
             std::pair{"..", "http://a/b/"},
             std::pair{"../g", "http://a/b/g"},
             std::pair{"../..", "http://a/"},
             std::pair{"../../../g", "http://a/g"},
             std::pair{"/./g", "http://a/g"},
             std::pair{"g.", "http://a/b/c/g."},
             std::pair{"./g/.", "http://a/b/c/g/"},
             std::pair{"g/../h", "http://a/b/c/h"},
             std::pair{"g?y/../x", "http://a/b/c/g?y/../x"},
         })
        CHECK(uri::resolve(base, reference) == expected);
}

TEST_CASE("references against URIs without a scheme or a hierarchy are resolved") {
    CHECK(uri::resolve("", "#/a") == "#/a");
    CHECK(uri::resolve("", "./tree.json") == "tree.json");
    CHECK(uri::resolve("schemas/a.json", "b.json") == "schemas/b.json");
    CHECK(uri::resolve("urn:example:a", "#b") == "urn:example:a#b");
    CHECK(uri::resolve("http://host", "a") == "http://host/a");
}

TEST_CASE("percent escapes are decoded, and invalid ones are kept") {
    CHECK(uri::decoded("a%25b%2Fc") == "a%b/c");
    CHECK(uri::decoded("100%") == "100%");
    CHECK(uri::decoded("%zz%4") == "%zz%4");
}
