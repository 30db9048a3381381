// The page that Prometheus reads: its text format, version 0.0.4.
//
// Text in, text out. What a label says may come from outside: it is shortened, freed of control characters and of what
// looks like a secret when a series is named, and escaped here.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "metrics/counter.hpp"

namespace toolrack::metrics {

inline constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

// A label; one without a value is left out, which means the same.
using label = std::pair<std::string_view, std::string_view>;
using labels = std::span<const label>;

// Fit for a label, wherever it comes from.
std::string label_value(std::string_view said);

class page {
public:
    // What follows, until the next of these, are samples of it. `kind` is "counter", "gauge" or "histogram".
    void begin(std::string_view name, std::string_view kind, std::string_view help);
    void sample(labels of, std::uint64_t value);
    void sample(labels of, const counter& value) { sample(of, value.count()); }
    void sample(labels of, const histogram& value);
    void sample(std::initializer_list<label> of, std::uint64_t value) { sample(labels(of.begin(), of.size()), value); }

    // One of which there is only one.
    void gauge(std::string_view name, std::string_view help, std::uint64_t value) {
        begin(name, "gauge", help);
        sample({}, value);
    }

    const std::string& text() const noexcept { return text_; }
    std::string take() noexcept { return std::move(text_); }

private:
    void line(std::string_view suffix, labels of, std::string_view bound, std::string_view value);

    std::string text_, name_;
};

}  // namespace toolrack::metrics
