// Collects the features that a worker sends one by one, up to a bound.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "plugin/instance.hpp"
#include "plugin/process/worker_messages.hpp"

namespace toolrack::plugin {

class listing {
public:
    void add(const from_worker::feature& one) {
        bytes_ += one.kind.size() + one.definition.size() + one.attributes.size();
        if (features_.size() >= most_features)
            error_ = "it lists more than " + std::to_string(most_features) + " features";
        else if (bytes_ > max_bytes) error_ = "it lists more than 64 MiB";
        else features_.push_back({std::string(one.kind), std::string(one.definition), std::string(one.attributes)});
    }
    void finish(bool succeeded) {
        is_complete_ = true;
        if (error_.empty() && !succeeded) error_ = "its list() failed";
    }

    bool is_complete() const noexcept { return is_complete_; }
    // Once complete.
    result<std::vector<feature>, complaint> features() && {
        if (!error_.empty()) return complain(std::move(error_));
        return std::move(features_);
    }

private:
    static constexpr std::size_t max_bytes = 64 * 1024 * 1024;

    std::vector<feature> features_;
    std::size_t bytes_ = 0;
    std::string error_;
    bool is_complete_ = false;
};

}  // namespace toolrack::plugin
