// A family: counters or histograms of one name, told apart by their labels.
//
// Finding one takes a lock and a search, so that whoever counts often finds it once and keeps it: a series lives as
// long as its family, which is as long as the process. There are only so many: what comes when all are taken shares the
// series "other" in the place of those labels that have no bound of their own, so that nobody outside can fill the
// memory of this server or of who reads its page. Thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>

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
        std::array<bool, Labels> is_unbounded{};  // those that become "other"
        std::size_t most = 1000;
    };
    explicit family(const about& what) : about_(what) {}
    family(const family&) = delete;
    family& operator=(const family&) = delete;

    using values = std::array<std::string_view, Labels>;
    Series& at(const values& said) {
        key named;
        for (std::size_t i = 0; i < Labels; ++i) named[i] = label_value(said[i]);
        const std::lock_guard lock(mutex_);
        if (const auto found = series_.find(named); found != series_.end()) return found->second;
        if (series_.size() >= about_.most)
            for (std::size_t i = 0; i < Labels; ++i)
                if (about_.is_unbounded[i] && !named[i].empty()) named[i] = other;
        return series_[named];
    }

    void write(page& to) const {
        const std::lock_guard lock(mutex_);
        to.begin(about_.name, std::is_same_v<Series, histogram> ? "histogram" : "counter", about_.help);
        for (const auto& [said, series] : series_) {
            std::array<label, Labels> all;
            for (std::size_t i = 0; i < Labels; ++i) all[i] = {about_.labels[i], said[i]};
            to.sample(labels(all), series);
        }
    }

private:
    using key = std::array<std::string, Labels>;

    const about about_;
    mutable std::mutex mutex_;
    std::map<key, Series> series_;  // which never move
};

}  // namespace toolrack::metrics
