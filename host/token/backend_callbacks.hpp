// What an auth backend calls in the server. Names nothing of the host, so that a file that includes the SDK, which has
// the namespace toolrack too, can include this header.
#pragma once

#include <functional>
#include <string_view>

namespace toolrack::token {

enum class log_level { info, warning, error };

// Any thread.
struct backend_callbacks {
    std::function<void(log_level, std::string_view line)> log;
    std::function<void(std::string_view credential)> forget;       // empty: all credentials
    std::function<void(std::string_view reason)> report_degraded;  // empty: no longer degraded
};

}  // namespace toolrack::token
