#include "wire/outcome.hpp"

namespace toolrack::wire {

std::string_view word_for(outcome how) noexcept {
    switch (how) {
    case outcome::ok: return "ok";
    case outcome::tool_error: return "tool_error";
    case outcome::error: return "error";
    case outcome::denied: return "denied";
    case outcome::busy: return "busy";
    case outcome::timed_out: return "timed_out";
    case outcome::input_required: return "input_required";
    case outcome::task: return "task";
    case outcome::unaudited: return "unaudited";
    case outcome::cancelled: return "cancelled";
    case outcome::unanswered: return "unanswered";
    }
    return {};
}

}  // namespace toolrack::wire
