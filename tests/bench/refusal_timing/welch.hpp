// Whether two kinds of refusals can be distinguished by their times: Welch's t-test.
//
// The samples of both sets are taken in random order. Interrupts and other programs add outliers that hide a
// difference, so samples above a percentile of both sets together are dropped. The best percentile is not known in
// advance: several are tried, and the largest t counts. Below 4.5 there is no detectable difference.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace toolrack::bench {

struct summary {
    double mean = 0, variance_of_mean = 0;
};

inline summary summary_of(std::span<const float> samples, float limit) {
    double mean = 0, squares = 0, count = 0;
    for (const float sample : samples) {
        if (sample > limit) continue;
        const double deviation = sample - mean;
        mean += deviation / ++count;
        squares += deviation * (sample - mean);
    }
    return {mean, squares / (count - 1) / count};
}

struct difference {
    double t = 0;            // absolute
    double nanoseconds = 0;  // difference of the means where t is largest
};

inline difference difference_of(std::span<const float> one, std::span<const float> other) {
    std::vector<float> all(one.begin(), one.end());
    all.insert(all.end(), other.begin(), other.end());
    difference largest;
    for (const double percentile : {0.5, 0.9, 0.99}) {
        const auto at = all.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(all.size()) * percentile);
        std::nth_element(all.begin(), at, all.end());
        const auto first = summary_of(one, *at), second = summary_of(other, *at);
        const double distance = first.mean - second.mean;
        const double t = std::abs(distance) / std::sqrt(first.variance_of_mean + second.variance_of_mean);
        if (t > largest.t) largest = {t, distance};
    }
    return largest;
}

}  // namespace toolrack::bench
