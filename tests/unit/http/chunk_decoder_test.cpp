#include "catch.hpp"
#include "http/syntax/chunk_decoder.hpp"

using namespace toolrack;

namespace {

// The decoded body and the bytes behind it. The input arrives in parts of `step` bytes.
struct decoded {
    decoded(std::string_view text, std::size_t step, std::size_t limit = 1000) {
        http::chunk_decoder decoder(limit);
        for (std::size_t at = 0; at < text.size() && !decoder.is_complete();) {
            const auto part = text.substr(at, step);
            const auto left = decoder.decode(part, body);
            if (!left) {
                status = left.error().status;
                return;
            }
            at += part.size() - left->size();
            rest = text.substr(at);
        }
        is_complete = decoder.is_complete();
    }

    std::string body;
    std::string_view rest;
    unsigned status = 200;
    bool is_complete = false;
};

}  // namespace

TEST_CASE("chunks are decoded wherever the input is split") {
    const auto step = GENERATE(1, 2, 3, 7, 1000);
    const decoded all("5\r\nhello\r\n00000b\r\n, wonderful\r\nA\r\n0123456789\r\n0\r\n\r\nGET", step);
    CHECK(all.status == 200);
    CHECK(all.is_complete);
    CHECK(all.body == "hello, wonderful0123456789");
    CHECK(all.rest.substr(0, 3) == "GET");
}

TEST_CASE("chunks outside of the strict grammar are refused") {
    const auto text = GENERATE(as<std::string>{},
                               "5;ext\r\nhello\r\n0\r\n\r\n",
                               "5 \r\nhello\r\n0\r\n\r\n",
                               " 5\r\nhello\r\n0\r\n\r\n",
                               "5\nhello\r\n0\r\n\r\n",
                               "5\r\nhello0\r\n\r\n",
                               "5\r\nhello\n0\r\n\r\n",
                               "0x5\r\nhello\r\n0\r\n\r\n",
                               "+5\r\nhello\r\n0\r\n\r\n",
                               "-2\r\nhello\r\n0\r\n\r\n",
                               "\r\nhello\r\n0\r\n\r\n",
                               "g\r\n",
                               "00000000000000005\r\nhello\r\n0\r\n\r\n",
                               "0\r\nAuthorization: Bearer good\r\n\r\n",
                               "0;a\r\n\r\n",
                               "0\r\n\n");
    CAPTURE(text);
    CHECK(decoded(text, 1).status == 400);
    CHECK(decoded(text, 1000).status == 400);
}

TEST_CASE("a body that is refused at its last byte is not complete") {
    http::chunk_decoder decoder(1000);
    std::string body;
    CHECK(decoder.decode("0\r\n\r.", body).has_error());
    CHECK_FALSE(decoder.is_complete());
}

TEST_CASE("a chunk beyond the limit is refused at its size line") {
    CHECK(decoded("ffffffffffffffff\r\n", 1000).status == 413);
    CHECK(decoded("64\r\n", 1000, 100).status == 200);
    CHECK(decoded("65\r\n", 1000, 100).status == 413);
    CHECK(decoded("32\r\n" + std::string(50, 'a') + "\r\n33\r\n", 1000, 100).status == 413);
}
