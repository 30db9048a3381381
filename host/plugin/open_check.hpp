// A check that a backend is asked for, which holds its answer until the backend has come back from being asked.
//
// A backend owes one answer (A1). One that has given two by the time it comes back has said yes and no, or one thing
// for somebody else: nobody knows which counts, and so nobody is let in. What comes later than the first answer that
// was delivered is a stray.
#pragma once

#include <mutex>
#include <optional>
#include <utility>

#include "plugin/in_flight.hpp"
#include "plugin/instance.hpp"

namespace toolrack::plugin {

class open_check final : public in_flight<verdict> {
public:
    using in_flight::in_flight;

    enum class outcome { held, contradicted, not_being_asked };

    // Any thread.
    outcome hold(verdict& said) {
        const std::lock_guard lock(mutex_);
        if (!is_being_asked_) return outcome::not_being_asked;
        if (held_) {
            held_ = verdict{};
            held_->why = "it answered twice";
            return outcome::contradicted;
        }
        held_ = std::move(said);
        return outcome::held;
    }

    // The thread that asked, once. What it answered meanwhile.
    std::optional<verdict> came_back() {
        const std::lock_guard lock(mutex_);
        is_being_asked_ = false;
        return std::exchange(held_, std::nullopt);
    }

private:
    std::mutex mutex_;
    bool is_being_asked_ = true;
    std::optional<verdict> held_;
};

}  // namespace toolrack::plugin
