// Whether two ways for a check to end can be told apart by how long they take.
//
// Welch's t of two sets of samples that were taken in an order nobody can foresee. What the machine did in between (an
// interrupt, another program) is not what is asked about and hides what is: samples beyond a percentile of both sets
// together are cut off both alike. Which percentile shows most is not known beforehand, so several are tried, and the
// largest t counts. Below 4.5 there is nothing to be seen.
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

inline summary summary_of(std::span<const float> samples, float cut) {
    double mean = 0, square = 0, count = 0;
    for (const float sample : samples) {
        if (sample > cut) continue;
        const double away = sample - mean;
        mean += away / ++count;
        square += away * (sample - mean);
    }
    return {mean, square / (count - 1) / count};
}

struct difference {
    double t = 0;            // absolute
    double nanoseconds = 0;  // by which the means differ where t is largest
};

inline difference difference_of(std::span<const float> one, std::span<const float> other) {
    std::vector<float> all(one.begin(), one.end());
    all.insert(all.end(), other.begin(), other.end());
    difference largest;
    for (const double kept : {0.5, 0.9, 0.99}) {
        const auto at = all.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(all.size()) * kept);
        std::nth_element(all.begin(), at, all.end());
        const auto first = summary_of(one, *at), second = summary_of(other, *at);
        const double apart = first.mean - second.mean;
        const double t = std::abs(apart) / std::sqrt(first.variance_of_mean + second.variance_of_mean);
        if (t > largest.t) largest = {t, apart};
    }
    return largest;
}

}  // namespace toolrack::bench
