#include "auth/challenge.hpp"

namespace toolrack::auth {

std::string challenge(wire::refusal why) {
    const auto status = wire::status_of(why);
    if (status != 401 && status != 403) return {};
    std::string value = R"(Bearer realm="toolrack")";
    // RFC 6750 3.1: no error code when no credentials were shown.
    if (const auto error = wire::challenge_error(why); !error.empty()) {
        value += R"(, error=")";
        value += error;
        value += '"';
    }
    return value;
}

}  // namespace toolrack::auth
