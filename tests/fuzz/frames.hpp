// What holds of frames in either direction: the same ones are found however they arrive, and each message has one
// writing.
#pragma once

#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "claim.hpp"
#include "plugin/process/frame.hpp"

namespace toolrack::fuzz {

inline constexpr std::size_t longest_frame = 300;

// Reads frames from the input and passes each to `take`. True when the stream is broken.
template <typename Sizes, typename Take>
bool hear_frames(std::string_view all, Sizes next_size, Take take) {
    plugin::frame_buffer buffer(longest_frame);
    while (!all.empty()) {
        const auto space = buffer.prepare();
        claim(!space.empty(), "there is always room for more");
        const auto piece = next_piece(all, std::min(next_size(), space.size()));
        std::memcpy(space.data(), piece.data(), piece.size());
        buffer.commit(piece.size());
        while (const auto frame = buffer.next()) {
            claim(!frame->empty() && frame->size() <= longest_frame, "a frame is no longer than may be");
            take(*frame);
        }
        if (buffer.is_broken()) return true;
    }
    buffer.wipe();
    return false;
}

// The frames by a reader who has them all.
struct plain_frames {
    std::vector<std::string_view> all;
    bool is_broken = false;
};
inline plain_frames plainly_heard(std::string_view text) {
    plain_frames found;
    while (text.size() >= 4) {
        const auto byte = [&](std::size_t n) { return std::size_t{static_cast<unsigned char>(text[n])}; };
        const auto length = byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
        if ((found.is_broken = length == 0 || length > longest_frame) || length > text.size() - 4) break;
        found.all.push_back(text.substr(4, length));
        text.remove_prefix(4 + length);
    }
    return found;
}

// The message in `body`, when there is one, after it was written anew.
template <typename Any>
std::optional<Any> read_and_write(std::string_view body) {
    const auto read = plugin::read_frame<Any>(body);
    if (!read) return std::nullopt;
    const auto anew = std::visit([](const auto& message) { return plugin::frame_of<Any>(message); }, *read);
    claim(anew.substr(plugin::frame_length_size) == body, "a message has one writing");
    claim(!plugin::read_frame<Any>(body.substr(0, body.size() - 1)), "a message that is cut short is none");
    return read;
}

// Claims all of that of what arrives; `hear` gets each message, and its frame is gone afterwards.
template <typename Any, typename Hear>
void check_frames(std::string_view all, Hear hear) {
    const auto plain = plainly_heard(all);
    dice dice(all);
    std::size_t count = 0;
    const auto is_same = [&](std::string_view frame) {
        claim(count < plain.all.size() && frame == plain.all[count], "the same frames are found however they arrive");
        ++count;
    };
    const bool is_broken = hear_frames(
        all, [&] { return dice.roll(9); }, is_same);
    claim(is_broken == plain.is_broken && count == plain.all.size(), "a stream breaks at one place");

    hear_frames(
        all, [&] { return all.size(); },
        [&](std::string_view frame) {
            const exact_copy alone(frame);
            if (const auto message = read_and_write<Any>(alone)) hear(*message);
        });
}

}  // namespace toolrack::fuzz
