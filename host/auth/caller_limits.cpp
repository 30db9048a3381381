#include "auth/caller_limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace toolrack::auth {
namespace {

using namespace std::chrono_literals;

// It is not known when a call or a connection ends.
constexpr std::chrono::milliseconds default_wait = 1s;

bucket::size bucket_of(std::size_t per_second, std::chrono::milliseconds burst) {
    const bucket::duration per_token = std::chrono::nanoseconds(1s) / static_cast<std::int64_t>(per_second);
    return {per_token, std::max<bucket::duration>(per_token, burst)};
}

limit_exceeded too_many_requests(std::string_view whom, std::size_t per_second, bucket::duration wait) {
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(wait);
    return {fmt::format("Too many requests: this server accepts {} per second from one {}. Try again in {} s.",
                        per_second,
                        whom,
                        retry_after_seconds(milliseconds)),
            "rate",
            milliseconds};
}

limit_exceeded too_many_calls(std::string_view whom, std::size_t most) {
    return {fmt::format("Too many concurrent calls: this server runs at most {} for one {}. "
                        "Try again when one of them has ended.",
                        most,
                        whom),
            "calls in flight",
            default_wait};
}

}  // namespace

unsigned retry_after_seconds(std::chrono::milliseconds wait) {
    return static_cast<unsigned>(std::max(std::chrono::ceil<std::chrono::seconds>(wait), 1s).count());
}

caller_limits::caller_limits(const config::call_limits& limits)
    : limits_(limits), of_principal_(bucket_of(limits.rate_per_principal, limits.burst)),
      of_source_(bucket_of(limits.rate_per_source, limits.burst)) {}

std::optional<limit_exceeded> caller_limits::count_request(const identity::principal& who, bucket::time now) const {
    if (const auto wait = who.usage()->rate.take(of_principal_, now); wait > bucket::duration::zero())
        return too_many_requests("caller", limits_.rate_per_principal, wait);
    if (!who.source_usage()) return std::nullopt;
    if (const auto wait = who.source_usage()->rate.take(of_source_, now); wait > bucket::duration::zero()) {
        who.usage()->rate.put_back(of_principal_);
        return too_many_requests("address", limits_.rate_per_source, wait);
    }
    return std::nullopt;
}

result<call_permit, limit_exceeded> caller_limits::begin_call(const identity::principal& who) const {
    if (!who.usage()->calls.add(limits_.calls_per_principal))
        return too_many_calls("caller", limits_.calls_per_principal);
    if (who.source_usage() && !who.source_usage()->calls.add(limits_.calls_per_source)) {
        who.usage()->calls.remove();
        return too_many_calls("address", limits_.calls_per_source);
    }
    return call_permit(who.usage(), who.source_usage());
}

std::shared_ptr<connection_permit> caller_limits::add_connection(const identity::principal& who) const {
    if (!who.usage()->connections.add(limits_.connections_per_principal)) return nullptr;
    return std::make_shared<connection_permit>(who.usage());
}

limit_exceeded caller_limits::too_many_connections() const {
    return {fmt::format("Too many connections: this server accepts at most {} from one caller. "
                        "Try again when one of them has ended.",
                        limits_.connections_per_principal),
            "connections",
            default_wait};
}

}  // namespace toolrack::auth
