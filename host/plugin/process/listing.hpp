// A listing: the features of an instance as a worker tells them, one by one, and no more of them than are
// welcome.
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
            why_not_ = "it lists more than " + std::to_string(most_features) + " features";
        else if (bytes_ > most_bytes) why_not_ = "it lists more than 64 MiB";
        else features_.push_back({std::string(one.kind), std::string(one.definition), std::string(one.attributes)});
    }
    void end(bool is_known) {
        is_over_ = true;
        if (why_not_.empty() && !is_known) why_not_ = "it could not list its features";
    }

    bool is_over() const noexcept { return is_over_; }
    // Once it is over.
    result<std::vector<feature>, complaint> features() && {
        if (!why_not_.empty()) return complain(std::move(why_not_));
        return std::move(features_);
    }

private:
    static constexpr std::size_t most_bytes = 64 * 1024 * 1024;

    std::vector<feature> features_;
    std::size_t bytes_ = 0;
    std::string why_not_;
    bool is_over_ = false;
};

}  // namespace toolrack::plugin
