// An auth check that buffers the backend's answer until authenticate() has returned.
//
// A backend must answer once (CONTRACT.md, A1). If it answers twice before authenticate() returns, neither answer can
// be trusted, so the client is refused. An answer that comes after the first one was delivered is dropped.
#pragma once

#include <optional>
#include <utility>

#include "base/mutex.hpp"
#include "plugin/in_flight.hpp"
#include "plugin/instance.hpp"

namespace toolrack::plugin {

class buffered_check final : public in_flight<auth_result> {
public:
    using in_flight::in_flight;

    enum class outcome { buffered, contradicted, already_returned };

    // Any thread. Moves from `answer` only if it is buffered.
    outcome buffer(auth_result& answer) {
        const lock_guard lock(mutex_);
        if (has_returned_) return outcome::already_returned;
        if (buffered_) {
            buffered_ = auth_result{};
            buffered_->why = "it answered twice";
            return outcome::contradicted;
        }
        buffered_ = std::move(answer);
        return outcome::buffered;
    }

    // Once, by the thread that called authenticate(), after it returned. The buffered answer, if any.
    std::optional<auth_result> take_buffered() {
        const lock_guard lock(mutex_);
        has_returned_ = true;
        return std::exchange(buffered_, std::nullopt);
    }

private:
    mutex mutex_;
    bool has_returned_ TOOLRACK_GUARDED_BY(mutex_) = false;
    std::optional<auth_result> buffered_ TOOLRACK_GUARDED_BY(mutex_);
};

}  // namespace toolrack::plugin
