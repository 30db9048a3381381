// Writes the Prometheus text format, version 0.0.4.
//
// Label values may come from clients and plugins: label_value() shortens them and removes control characters and text
// that looks like a secret; the page escapes them.
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

// Name and value. A label with an empty value is left out, which is equivalent.
using label = std::pair<std::string_view, std::string_view>;
using labels = std::span<const label>;

// Makes any text safe as a label value.
std::string label_value(std::string_view text);

class page {
public:
    // Starts a metric; the samples that follow belong to it. `kind` is "counter", "gauge" or "histogram".
    void begin(std::string_view name, std::string_view kind, std::string_view help);
    void sample(labels of, std::uint64_t value);
    void sample(labels of, const counter& value) { sample(of, value.count()); }
    void sample(labels of, const histogram& value);
    void sample(std::initializer_list<label> of, std::uint64_t value) { sample(labels(of.begin(), of.size()), value); }

    // A gauge without labels.
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
