#include "cli/revocation_lists.hpp"

#include <chrono>

#include "token/book.hpp"

namespace toolrack::cli {
namespace {

using namespace std::chrono_literals;

sys_seconds now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

void write(const std::optional<std::filesystem::path>& list,
           sys_seconds when,
           token::revoked what,
           const std::vector<std::string>& values,
           const std::string& reason) {
    if (list && !values.empty()) token::book({{}, *list, {}}).revoke(when, what, values, reason);
}

}  // namespace

void revocation_lists::revoke_listed(const std::vector<std::string>& ids, const std::string& reason) const {
    write(of_listed_, now(), token::revoked::token, ids, reason);
}

void revocation_lists::revoke_signed(const std::vector<std::string>& ids, const std::string& reason) const {
    write(of_signed_, now(), token::revoked::signed_token, ids, reason);
}

void revocation_lists::revoke_principal(const std::string& name, const std::string& reason) const {
    // All that was made up to this very second, and so from the next one on.
    const auto when = now() + 1s;
    write(of_listed_, when, token::revoked::principal_before, {name}, reason);
    if (of_signed_ != of_listed_) write(of_signed_, when, token::revoked::principal_before, {name}, reason);
}

}  // namespace toolrack::cli
