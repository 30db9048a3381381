#include "app/rejections.hpp"

#include <string>
#include <utility>

#include "auth/challenge.hpp"
#include "wire/message.hpp"

namespace toolrack::app {

http::rejection make_rejection(const auth::denial& denial, const auth::protected_resource& resource) {
    http::rejection made;
    made.status = identity::status_of(denial.why);
    made.sentence = identity::sentence(denial.why);
    if (auto challenge = auth::challenge(denial.why, resource.url(), resource.scopes()); !challenge.empty())
        made.fields.emplace_back("WWW-Authenticate", std::move(challenge));
    if (made.status == 503 || made.status == 429)
        made.fields.emplace_back("Retry-After", std::to_string(auth::retry_after_seconds(denial.wait)));
    return made;
}

http::rejection make_rejection(const auth::limit_exceeded& exceeded) {
    return http::retry_later(429, exceeded.sentence, auth::retry_after_seconds(exceeded.wait));
}

}  // namespace toolrack::app
