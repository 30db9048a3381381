// Frames: the encoding of messages between the host and a worker in a byte stream. Sans-io.
//
//     length of the rest (4 bytes) | kind (1 byte) | fields, without padding
//
// Numbers are little-endian; a text is its length (4 bytes) and its bytes; a list is its count (4 bytes) and its texts.
// Input is not trusted: a frame that is too long, of an unknown kind, too short or with trailing bytes is invalid, and
// the connection to its sender is ended.
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

// Removes one value from the front of `from`; false when it is incomplete or invalid. Texts are views into it.
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

// The frame of a message. `Any` is the variant of all messages of the sender; the index in it is the kind.
// A message type lists its fields in a static all_fields(self), as a tuple of references.
template <typename Any, typename Message>
std::string frame_of(const Message& message) {
    auto frame = fields::begin_frame(fields::kind_of<Message, Any>());
    std::apply([&](const auto&... field) { (fields::put(frame, field), ...); }, Message::all_fields(message));
    fields::end_frame(frame);
    return frame;
}

// The message in a frame without its length field; none when it is invalid. Its texts are views into `body`.
template <typename Any>
std::optional<Any> read_frame(std::string_view body) {
    if (body.empty()) return std::nullopt;
    const std::size_t kind = static_cast<unsigned char>(body[0]);
    body.remove_prefix(1);
    std::optional<Any> read;
    const auto read_as = [&]<std::size_t Index>() {
        auto& message = read.emplace(std::in_place_index<Index>);
        const bool is_whole = std::apply([&](auto&... field) { return (fields::take(body, field) && ...); },
                                         std::variant_alternative_t<Index, Any>::all_fields(std::get<Index>(message)));
        if (!is_whole || !body.empty()) read.reset();
        return true;
    };
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        (void)((kind == Index && read_as.template operator()<Index>()) || ...);
    }(std::make_index_sequence<std::variant_size_v<Any>>());
    return read;
}

// A read buffer that splits the byte stream into frames.
class frame_buffer {
public:
    // `longest` is the length of the longest accepted frame, without its length field.
    explicit frame_buffer(std::size_t longest) : longest_(longest) {}
    ~frame_buffer();
    frame_buffer(const frame_buffer&) = delete;
    frame_buffer& operator=(const frame_buffer&) = delete;

    // The space for the next bytes, and how many were received. Invalidates what next() returned.
    std::span<char> prepare();
    void commit(std::size_t bytes) noexcept { end_ += bytes; }

    // The next complete frame without its length field, valid until prepare().
    std::optional<std::string_view> next() noexcept;
    // A frame was empty or too long; no more frames are returned.
    bool is_broken() const noexcept { return is_broken_; }
    // Overwrites the frames that were read, which may have contained secrets.
    void wipe() noexcept;

private:
    std::size_t longest_;
    std::string buffer_;
    std::size_t begin_ = 0, end_ = 0;  // of the bytes that were received and not read
    bool is_broken_ = false;
};

}  // namespace toolrack::plugin
