#include "identity/refusal.hpp"

#include <array>
#include <set>
#include <string>

#include "base/text.hpp"
#include "catch.hpp"

using namespace toolrack;
using identity::refusal;

namespace {

constexpr std::array all{refusal::no_token,
                         refusal::not_bearer,
                         refusal::empty_token,
                         refusal::unexpanded_variable,
                         refusal::placeholder,
                         refusal::malformed_token,
                         refusal::token_in_query,
                         refusal::bad_token,
                         refusal::wrong_audience,
                         refusal::too_many_failures,
                         refusal::forbidden,
                         refusal::unavailable};
static_assert(all.size() == static_cast<std::size_t>(refusal::unavailable) + 1, "add the new refusal to this list");

}  // namespace

TEST_CASE("every refusal has full sentences of its own") {
    std::set<std::string_view> sentences;
    for (const auto why : all) {
        const auto sentence = identity::sentence(why);
        CAPTURE(sentence);
        CHECK(sentence.size() > 20);
        CHECK((sentence.front() >= 'A' && sentence.front() <= 'Z'));
        CHECK(sentence.ends_with('.'));
        CHECK(printable(sentence, 1000) == sentence);
        CHECK(sentences.insert(sentence).second);
    }
}

TEST_CASE("each refusal has its HTTP status") {
    CHECK(identity::status_of(refusal::token_in_query) == 400);
    CHECK(identity::status_of(refusal::forbidden) == 403);
    CHECK(identity::status_of(refusal::unavailable) == 503);
    CHECK(identity::status_of(refusal::too_many_failures) == 429);
    for (const auto why : all)
        if (why != refusal::token_in_query && why != refusal::forbidden && why != refusal::unavailable &&
            why != refusal::too_many_failures)
            CHECK(identity::status_of(why) == 401);
}

TEST_CASE("there is no error code when the request has no credentials") {
    // RFC 6750, 3.1: none when the request lacks any authentication information.
    for (const auto why : {refusal::no_token, refusal::not_bearer, refusal::unavailable})
        CHECK(identity::challenge_error(why).empty());
    CHECK(identity::challenge_error(refusal::token_in_query) == "invalid_request");
    for (const auto why : {refusal::empty_token,
                           refusal::unexpanded_variable,
                           refusal::placeholder,
                           refusal::malformed_token,
                           refusal::bad_token,
                           refusal::wrong_audience,
                           refusal::too_many_failures})
        CHECK(identity::challenge_error(why) == "invalid_token");
}
