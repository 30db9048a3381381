#include "plugin/process/frame.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <type_traits>

#include "base/secret.hpp"

namespace toolrack::plugin {
namespace {

constexpr std::size_t usual_size = 64 * 1024;

template <typename Number>
void put_number(std::string& frame, Number value) {
    auto bits = static_cast<std::make_unsigned_t<Number>>(value);
    for (std::size_t i = 0; i < sizeof value; ++i, bits = static_cast<decltype(bits)>(bits >> 8))
        frame += static_cast<char>(bits & 0xFF);
}

template <typename Number>
Number number_at(const char* bytes) noexcept {
    std::make_unsigned_t<Number> bits = 0;
    for (std::size_t i = sizeof bits; i-- > 0;)
        bits = static_cast<decltype(bits)>(bits << 8) | static_cast<unsigned char>(bytes[i]);
    return static_cast<Number>(bits);
}

template <typename Number>
bool take_number(std::string_view& from, Number& value) {
    if (from.size() < sizeof value) return false;
    value = number_at<Number>(from.data());
    from.remove_prefix(sizeof value);
    return true;
}

}  // namespace

namespace fields {

void put(std::string& frame, bool value) { frame += value ? '\1' : '\0'; }
void put(std::string& frame, std::uint32_t value) { put_number(frame, value); }
void put(std::string& frame, std::int32_t value) { put_number(frame, value); }
void put(std::string& frame, std::uint64_t value) { put_number(frame, value); }
void put(std::string& frame, std::int64_t value) { put_number(frame, value); }

void put(std::string& frame, std::string_view value) {
    put_number(frame, static_cast<std::uint32_t>(value.size()));
    frame += value;
}

void put(std::string& frame, const std::vector<std::string_view>& value) {
    put_number(frame, static_cast<std::uint32_t>(value.size()));
    for (const auto one : value) put(frame, one);
}

bool take(std::string_view& from, bool& value) {
    if (from.empty() || static_cast<unsigned char>(from[0]) > 1) return false;
    value = from[0] != 0;
    from.remove_prefix(1);
    return true;
}
bool take(std::string_view& from, std::uint32_t& value) { return take_number(from, value); }
bool take(std::string_view& from, std::int32_t& value) { return take_number(from, value); }
bool take(std::string_view& from, std::uint64_t& value) { return take_number(from, value); }
bool take(std::string_view& from, std::int64_t& value) { return take_number(from, value); }

bool take(std::string_view& from, std::string_view& value) {
    std::uint32_t size = 0;
    if (!take_number(from, size) || size > from.size()) return false;
    value = from.substr(0, size);
    from.remove_prefix(size);
    return true;
}

bool take(std::string_view& from, std::vector<std::string_view>& value) {
    std::uint32_t count = 0;
    // Each text needs at least its length field, so an impossible count allocates nothing.
    if (!take_number(from, count) || count > from.size() / sizeof(std::uint32_t)) return false;
    value.resize(count);
    return std::ranges::all_of(value, [&](auto& one) { return take(from, one); });
}

std::string begin_frame(std::uint8_t kind) {
    std::string frame(frame_length_size, '\0');
    frame += static_cast<char>(kind);
    return frame;
}

void end_frame(std::string& frame) {
    assert(frame.size() - frame_length_size <= std::numeric_limits<std::uint32_t>::max());
    std::string length;
    put_number(length, static_cast<std::uint32_t>(frame.size() - frame_length_size));
    frame.replace(0, frame_length_size, length);
}

}  // namespace fields

frame_buffer::~frame_buffer() { wipe(); }

std::span<char> frame_buffer::prepare() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
        if (buffer_.size() > usual_size) {  // after a long frame
            buffer_.resize(usual_size);
            buffer_.shrink_to_fit();
        }
    } else if (begin_ > 0) {
        buffer_.erase(0, begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    // Grows with the received bytes, not by the announced length.
    if (buffer_.size() - end_ < usual_size / 2) buffer_.resize(std::max(usual_size, 2 * end_));
    return {buffer_.data() + end_, buffer_.size() - end_};
}

std::optional<std::string_view> frame_buffer::next() noexcept {
    if (is_broken_ || end_ - begin_ < frame_length_size) return std::nullopt;
    const std::size_t length = number_at<std::uint32_t>(buffer_.data() + begin_);
    if (length == 0 || length > longest_) {
        is_broken_ = true;
        return std::nullopt;
    }
    if (end_ - begin_ - frame_length_size < length) return std::nullopt;
    const std::string_view body(buffer_.data() + begin_ + frame_length_size, length);
    begin_ += frame_length_size + length;
    return body;
}

void frame_buffer::wipe() noexcept { toolrack::wipe(buffer_.data(), begin_); }

}  // namespace toolrack::plugin
