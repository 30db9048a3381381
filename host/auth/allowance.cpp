#include "auth/allowance.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace toolrack::auth {
namespace {

using namespace std::chrono_literals;

// When something under way will end nobody knows.
constexpr std::chrono::milliseconds a_while = 1s;

bucket::size bucket_of(std::size_t per_second, std::chrono::milliseconds burst) {
    const bucket::duration drip = std::chrono::nanoseconds(1s) / static_cast<std::int64_t>(per_second);
    return {drip, std::max<bucket::duration>(drip, burst)};
}

excess too_fast(std::string_view whom, std::size_t per_second, bucket::duration wait) {
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(wait);
    return {fmt::format("Too many requests in a short time: this server takes {} a second from one {}. "
                        "Try again in {} s.",
                        per_second, whom, whole_seconds(milliseconds)),
            "rate", milliseconds};
}

excess too_many_calls(std::string_view whom, std::size_t most) {
    return {fmt::format("Too many calls at once: one {} may have {} under way. Try again when one of them has ended.",
                        whom, most),
            "calls in flight", a_while};
}

}  // namespace

unsigned whole_seconds(std::chrono::milliseconds wait) {
    return static_cast<unsigned>(std::max(std::chrono::ceil<std::chrono::seconds>(wait), 1s).count());
}

allowance::allowance(const config::call_limits& limits)
    : limits_(limits), of_principal_(bucket_of(limits.rate_per_principal, limits.burst)),
      of_source_(bucket_of(limits.rate_per_source, limits.burst)) {}

std::optional<excess> allowance::charge(const identity::principal& who, bucket::time now) const {
    if (const auto wait = who.account()->pace.take(of_principal_, now); wait > bucket::duration::zero())
        return too_fast("caller", limits_.rate_per_principal, wait);
    if (!who.source()) return std::nullopt;
    if (const auto wait = who.source()->pace.take(of_source_, now); wait > bucket::duration::zero()) {
        who.account()->pace.put_back(of_principal_);
        return too_fast("address", limits_.rate_per_source, wait);
    }
    return std::nullopt;
}

result<call_permit, excess> allowance::begin_call(const identity::principal& who) const {
    if (!who.account()->calls.add(limits_.calls_per_principal))
        return too_many_calls("caller", limits_.calls_per_principal);
    if (who.source() && !who.source()->calls.add(limits_.calls_per_source)) {
        who.account()->calls.remove();
        return too_many_calls("address", limits_.calls_per_source);
    }
    return call_permit(who.account(), who.source());
}

std::shared_ptr<connection_permit> allowance::attend(const identity::principal& who) const {
    if (!who.account()->connections.add(limits_.connections_per_principal)) return nullptr;
    return std::make_shared<connection_permit>(who.account());
}

excess allowance::too_many_connections() const {
    return {fmt::format("Too many connections at once: one caller may have {} open. "
                        "Try again when one of them has ended.",
                        limits_.connections_per_principal),
            "connections", a_while};
}

}  // namespace toolrack::auth
