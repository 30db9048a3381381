// Requirements for frames in both directions: the result does not depend on how the bytes are split, and each message
// has exactly one encoding.
#pragma once

#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "plugin/process/frame.hpp"
#include "require.hpp"

namespace toolrack::fuzz {

inline constexpr std::size_t longest_frame = 300;

// Reads frames from the input and passes each to `take`. True when the stream is broken.
template <typename Sizes, typename Take>
bool read_frames(std::string_view all, Sizes next_size, Take take) {
    plugin::frame_buffer buffer(longest_frame);
    while (!all.empty()) {
        const auto space = buffer.prepare();
        require(!space.empty(), "the buffer always has space");
        const auto piece = next_piece(all, std::min(next_size(), space.size()));
        std::memcpy(space.data(), piece.data(), piece.size());
        buffer.commit(piece.size());
        while (const auto frame = buffer.next()) {
            require(!frame->empty() && frame->size() <= longest_frame, "a frame is within the limit");
            take(*frame);
        }
        if (buffer.is_broken()) return true;
    }
    buffer.wipe();
    return false;
}

// The frames according to a second, simple reader.
struct expected_frames {
    std::vector<std::string_view> all;
    bool is_broken = false;
};
inline expected_frames frames_in(std::string_view text) {
    expected_frames found;
    while (text.size() >= 4) {
        const auto byte = [&](std::size_t n) { return std::size_t{static_cast<unsigned char>(text[n])}; };
        const auto length = byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
        if ((found.is_broken = length == 0 || length > longest_frame) || length > text.size() - 4) break;
        found.all.push_back(text.substr(4, length));
        text.remove_prefix(4 + length);
    }
    return found;
}

// The message in `body`, if there is one, after a check of its encoding.
template <typename Any>
std::optional<Any> read_and_write(std::string_view body) {
    const auto read = plugin::read_frame<Any>(body);
    if (!read) return std::nullopt;
    const auto encoded = std::visit([](const auto& message) { return plugin::frame_of<Any>(message); }, *read);
    require(encoded.substr(plugin::frame_length_size) == body, "a message has one encoding");
    require(!plugin::read_frame<Any>(body.substr(0, body.size() - 1)), "a truncated message is invalid");
    return read;
}

// Checks all of these requirements; `receive` gets each message, whose frame is valid only during the call.
template <typename Any, typename Receive>
void check_frames(std::string_view all, Receive receive) {
    const auto expected = frames_in(all);
    dice dice(all);
    std::size_t count = 0;
    const auto is_same = [&](std::string_view frame) {
        require(count < expected.all.size() && frame == expected.all[count],
                "the frames do not depend on how the bytes are split");
        ++count;
    };
    const bool is_broken = read_frames(
        all, [&] { return dice.roll(9); }, is_same);
    require(is_broken == expected.is_broken && count == expected.all.size(),
            "an invalid frame breaks the stream at the same place");

    read_frames(
        all,
        [&] { return all.size(); },
        [&](std::string_view frame) {
            const exact_copy alone(frame);
            if (const auto message = read_and_write<Any>(alone)) receive(*message);
        });
}

}  // namespace toolrack::fuzz
