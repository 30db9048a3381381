// The result of the last load of the configuration file. Thread-safe.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "base/mutex.hpp"

namespace toolrack::app {

class config_load_status {
public:
    struct result {
        std::chrono::system_clock::time_point loaded_at = std::chrono::system_clock::now();  // the last success
        std::string error = {};  // of a later attempt; empty when there was none
    };
    void set_loaded() {
        const lock_guard lock(mutex_);
        last_ = {};
    }
    void set_failed(std::string error) {
        const lock_guard lock(mutex_);
        last_.error = std::move(error);
    }
    result last() const {
        const lock_guard lock(mutex_);
        return last_;
    }

private:
    mutable mutex mutex_;
    result last_ TOOLRACK_GUARDED_BY(mutex_);
};

}  // namespace toolrack::app
