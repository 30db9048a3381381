#include "cli/revocation_lists.hpp"

#include <chrono>

#include "base/rfc3339.hpp"
#include "token/file_set.hpp"

namespace toolrack::cli {
namespace {

using namespace std::chrono_literals;

void write(const std::optional<std::filesystem::path>& list,
           sys_seconds when,
           token::revocation_kind kind,
           const std::vector<std::string>& values,
           const std::string& reason) {
    if (list && !values.empty()) token::file_set({{}, *list, {}}).revoke(when, kind, values, reason);
}

}  // namespace

void revocation_lists::revoke_listed(const std::vector<std::string>& ids, const std::string& reason) const {
    write(token_file_, this_second(), token::revocation_kind::token, ids, reason);
}

void revocation_lists::revoke_signed(const std::vector<std::string>& ids, const std::string& reason) const {
    write(hmac_token_, this_second(), token::revocation_kind::signed_token, ids, reason);
}

void revocation_lists::revoke_principal(const std::string& name, const std::string& reason) const {
    // Creation times have a resolution of one second, so tokens of the current second are included.
    const auto when = this_second() + 1s;
    write(token_file_, when, token::revocation_kind::principal_before, {name}, reason);
    if (hmac_token_ != token_file_) write(hmac_token_, when, token::revocation_kind::principal_before, {name}, reason);
}

}  // namespace toolrack::cli
