// The GET stream and the end of a legacy session. (2025-11-25, basic/transports, "Listening for Messages from the
// Server", "Resumability and Redelivery" and "Session Management".)
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "mcp/endpoint.hpp"
#include "mcp/error_replies.hpp"

namespace toolrack::mcp {

awaitable<void> hold_open(const endpoint& in, std::shared_ptr<stream_queue> stream, const identity::principal& caller) {
    const auto registration = in.shared.open_streams.add(caller, [stream] { stream->end(); });
    if (caller.expires() == std::chrono::system_clock::time_point::max()) co_return co_await stream->wait();
    const auto time_left = [&clock = in.shared.clock, expiry = caller.expires()] {
        // A longer duration in nanoseconds would overflow.
        constexpr std::chrono::system_clock::duration longest = std::chrono::hours(24);
        return std::chrono::nanoseconds(std::min(expiry - clock.now(), longest));
    };
    co_await stream->wait(time_left);
}

awaitable<void> endpoint::open_stream(std::string_view session_id,
                                      std::optional<std::string_view> last_event,
                                      const identity::principal& caller,
                                      wire::outlet& to) const {
    const auto session = shared.sessions.find(session_id, caller);
    if (!session) co_return to.finish(session_not_found({}));
    const auto seen = last_event ? event_stream::read_id(*last_event) : std::nullopt;
    const auto stream = seen ? session->find_stream(seen->stream) : session->standalone();
    const auto after = seen ? std::optional(seen->event) : std::nullopt;
    // Not 404, after which the client would start a new session.
    if (!stream || (seen && !stream->can_resume_after(seen->event)))
        co_return to.finish(wire::error_reply(
            {}, wire::code::invalid_request, "The stream has ended, and its events are no longer kept.", 405));

    const auto queue = std::make_shared<stream_queue>(to);
    // Attached before the client gets the head of the response, so that it misses no message from then on. The stream
    // of a finished request is opened first, because attach() ends it.
    if (stream->is_finished()) to.open_stream();
    stream->attach(queue, after);
    if (!queue->is_closed()) to.open_stream();
    if (shared.notifier.is_over()) stream->attach(nullptr);
    co_await hold_open(*this, queue, caller);
    stream->detach(queue.get());
}

bool endpoint::end_session(std::string_view session_id, const identity::principal& caller) const {
    return shared.sessions.end(session_id, caller);
}

}  // namespace toolrack::mcp
