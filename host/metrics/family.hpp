// A metric family: counters or histograms with one name and different labels.
//
// Finding a series takes a lock and a lookup, so frequent callers keep the reference: a series lives as long as its
// family, which is as long as the process. The number of series is limited: when the limit is reached, new label values
// of unbounded labels become "other", so that clients cannot exhaust the memory of this server or of the monitoring
// system. Thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/mutex.hpp"
#include "metrics/counter.hpp"
#include "metrics/page.hpp"

namespace toolrack::metrics {

inline constexpr std::string_view other = "other";

template <typename Series, std::size_t Labels>
class family {
public:
    struct about {
        std::string_view name, help;
        std::array<std::string_view, Labels> labels;
        std::array<bool, Labels> is_unbounded{};  // labels that become "other" at the limit
        std::size_t most = 1000;
    };
    explicit family(const about& what) : about_(what) {}
    family(const family&) = delete;
    family& operator=(const family&) = delete;

    using values = std::array<std::string_view, Labels>;
    Series& at(const values& labels) {
        key named;
        for (std::size_t i = 0; i < Labels; ++i) named[i] = label_value(labels[i]);
        const lock_guard lock(mutex_);
        if (const auto found = series_.find(named); found != series_.end()) return found->second;
        if (series_.size() >= about_.most)
            for (std::size_t i = 0; i < Labels; ++i)
                if (about_.is_unbounded[i] && !named[i].empty()) named[i] = other;
        return series_[named];
    }

    void write(page& to) const {
        const lock_guard lock(mutex_);
        to.begin(about_.name, std::is_same_v<Series, histogram> ? "histogram" : "counter", about_.help);
        for (const auto& [named, series] : series_) {
            std::array<label, Labels> all;
            for (std::size_t i = 0; i < Labels; ++i) all[i] = {about_.labels[i], named[i]};
            to.sample(labels(all), series);
        }
    }

private:
    using key = std::array<std::string, Labels>;

    const about about_;
    mutable mutex mutex_;
    std::map<key, Series> series_ TOOLRACK_GUARDED_BY(mutex_);  // references stay valid
};

}  // namespace toolrack::metrics
