#include "wire/header_value.hpp"

#include <string>
#include <string_view>

#include "catch.hpp"

using namespace toolrack;
using namespace std::literals;
using wire::decoded_value;
using wire::is_plain_value;

TEST_CASE("the examples of the specification decode to their values") {
    CHECK(decoded_value("us-west1") == "us-west1");
    CHECK(decoded_value("=?base64?SGVsbG8sIOS4lueVjA==?=") == "Hello, 世界");
    CHECK(decoded_value("=?base64?IHBhZGRlZCA=?=") == " padded ");
    CHECK(decoded_value("=?base64?bGluZTEKbGluZTI=?=") == "line1\nline2");
    CHECK(decoded_value("=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=") == "=?base64?literal?=");
    CHECK(decoded_value("=?base64?"
                        "?=") == "");  // in two, or it is a trigraph
}

TEST_CASE("a value without both Base64 markers is literal") {
    for (const auto plain :
         {""sv, "SGVsbG8="sv, "=?base64?SGVsbG8="sv, "SGVsbG8=?="sv, "=?BASE64?SGVsbG8=?="sv, "=?base64?="sv}) {
        CAPTURE(plain);
        CHECK(decoded_value(plain) == plain);
    }
}

TEST_CASE("a marked value that is not strict Base64 is refused") {
    for (const auto odd : {"SGVsbG8"sv, "SGVs!!!bG8="sv, "SGVsbG8=\n"sv, "SGVsbG9="sv, "-_-_"sv, "?="sv}) {
        CAPTURE(odd);
        CHECK_FALSE(decoded_value("=?base64?" + std::string(odd) + "?="));
    }
}

TEST_CASE("a literal header value has visible ASCII, spaces and tabs only") {
    CHECK(is_plain_value(""));
    CHECK(is_plain_value(" !~\tazAZ09"));
    for (const auto odd : {"\n"sv, "a\rb"sv, "\0"sv, "\x1F"sv, "\x7F"sv, "\x80"sv, "\xFF"sv, "ä"sv})
        CHECK_FALSE(is_plain_value(odd));
}
