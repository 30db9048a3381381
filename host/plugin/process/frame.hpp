// Frames: how the host and a worker speak over a stream of bytes. Text in, text out; no socket, no plugin.
//
//     length, 4 bytes, of what follows | kind, 1 byte | fields, one behind the other
//
// Numbers are little-endian, a text is its length (4 bytes) and its bytes, a list is its length and its texts.
// What is read is believed in nothing: a frame that is longer than may be, of a kind that there is not, cut
// short or with something left over is no frame, and whoever sent it is not to be spoken with any more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace toolrack::plugin {

inline constexpr std::size_t frame_length_size = 4;

namespace fields {

void put(std::string& frame, bool value);
void put(std::string& frame, std::uint32_t value);
void put(std::string& frame, std::int32_t value);
void put(std::string& frame, std::uint64_t value);
void put(std::string& frame, std::int64_t value);
void put(std::string& frame, std::string_view value);
void put(std::string& frame, const std::vector<std::string_view>& value);

// Takes one off the front of `from`; false when that is not there. Texts are views into it.
bool take(std::string_view& from, bool& value);
bool take(std::string_view& from, std::uint32_t& value);
bool take(std::string_view& from, std::int32_t& value);
bool take(std::string_view& from, std::uint64_t& value);
bool take(std::string_view& from, std::int64_t& value);
bool take(std::string_view& from, std::string_view& value);
bool take(std::string_view& from, std::vector<std::string_view>& value);

std::string begin_frame(std::uint8_t kind);
void end_frame(std::string& frame);

template <typename Message, typename Any, std::size_t Index = 0>
constexpr std::uint8_t kind_of() {
    if constexpr (std::is_same_v<std::variant_alternative_t<Index, Any>, Message>) return Index;
    else return kind_of<Message, Any, Index + 1>();
}

}  // namespace fields

// A message's whole frame. `Any` is the variant of all that its sender may say; the place in it is the kind.
// A message says with a static all_fields(self) which fields it has, as a tuple of references.
template <typename Any, typename Message>
std::string frame_of(const Message& message) {
    auto frame = fields::begin_frame(fields::kind_of<Message, Any>());
    std::apply([&](const auto&... field) { (fields::put(frame, field), ...); }, Message::all_fields(message));
    fields::end_frame(frame);
    return frame;
}

// The message in a frame without its length; nothing when it is none. Its texts are views into `body`.
template <typename Any>
std::optional<Any> read_frame(std::string_view body) {
    if (body.empty()) return std::nullopt;
    const std::size_t kind = static_cast<unsigned char>(body[0]);
    body.remove_prefix(1);
    std::optional<Any> read;
    const auto read_as = [&]<std::size_t Index>() {
        auto& message = read.emplace(std::in_place_index<Index>);
        const bool is_whole =
            std::apply([&](auto&... field) { return (fields::take(body, field) && ...); },
                       std::variant_alternative_t<Index, Any>::all_fields(std::get<Index>(message)));
        if (!is_whole || !body.empty()) read.reset();
        return true;
    };
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        (void)((kind == Index && read_as.template operator()<Index>()) || ...);
    }(std::make_index_sequence<std::variant_size_v<Any>>());
    return read;
}

// Finds frames in what arrives piece by piece.
class frame_intake {
public:
    // `longest` is the length of the longest frame that is taken, without its length.
    explicit frame_intake(std::size_t longest) : longest_(longest) {}
    ~frame_intake();
    frame_intake(const frame_intake&) = delete;
    frame_intake& operator=(const frame_intake&) = delete;

    // Where the next bytes go, and how many came. What next() returned before is gone.
    std::span<char> room();
    void received(std::size_t bytes) noexcept { end_ += bytes; }

    // The next whole frame without its length, good until room() is asked for.
    std::optional<std::string_view> next() noexcept;
    // Somebody sent a frame that is longer than may be, or empty: nothing comes any more.
    bool is_broken() const noexcept { return is_broken_; }
    // Overwrites what was read: it held secrets.
    void wipe() noexcept;

private:
    std::size_t longest_;
    std::string buffer_;
    std::size_t begin_ = 0, end_ = 0;  // of what has arrived and was not read
    bool is_broken_ = false;
};

}  // namespace toolrack::plugin
