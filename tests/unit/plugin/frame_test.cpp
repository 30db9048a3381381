#include "plugin/process/frame.hpp"

#include <cstring>
#include <string>

#include "catch.hpp"
#include "plugin/process/worker_messages.hpp"

using namespace toolrack::plugin;
using namespace std::string_literals;

namespace {

template <typename Message>
std::string body_of(const Message& message) {
    return frame_of<to_worker::any>(message).substr(frame_length_size);
}

to_worker::start whole_start() {
    to_worker::start start;
    start.call = 0x0102030405060708;
    start.is_quick = true;
    start.method = "tools/call";
    start.name = "";
    start.params = "{\"a\":1}";
    start.subject = "ann";
    start.issuer = "env-token";
    start.scopes = {"a", "", "c:d"};
    start.client = "{}";
    start.state = "{\"x\":\"\\u0000\"}";
    start.deadline = -5;
    return start;
}

// Feeds `bytes` to the buffer, `step` at a time, and returns all frames.
std::vector<std::string> frames_in(frame_buffer& buffer, std::string_view bytes, std::size_t step) {
    std::vector<std::string> found;
    while (!bytes.empty()) {
        const auto space = buffer.prepare();
        const auto size = std::min({step, space.size(), bytes.size()});
        std::memcpy(space.data(), bytes.data(), size);
        buffer.commit(size);
        bytes.remove_prefix(size);
        while (const auto frame = buffer.next()) found.emplace_back(*frame);
    }
    return found;
}

}  // namespace

TEST_CASE("a frame is length, kind and fields, little-endian") {
    CHECK(frame_of<to_worker::any>(to_worker::cancel{0x0201}) == "\x09\0\0\0\x04\x01\x02\0\0\0\0\0\0"s);
    CHECK(frame_of<to_worker::any>(to_worker::watch{"ab", true}) == "\x08\0\0\0\x05\x02\0\0\0ab\x01"s);
    CHECK(frame_of<from_worker::any>(from_worker::start_failed{""}) == "\x05\0\0\0\0\0\0\0\0"s);
}

TEST_CASE("a decoded message equals the encoded one") {
    const auto sent = whole_start();
    const auto body = body_of(sent);
    const auto read = read_frame<to_worker::any>(body);
    REQUIRE(read);
    const auto& received = std::get<to_worker::start>(*read);
    CHECK(to_worker::start::all_fields(received) == to_worker::start::all_fields(sent));

    const auto answer = frame_of<from_worker::any>(from_worker::finished{7, -1, "{}"}).substr(frame_length_size);
    const auto finished = std::get<from_worker::finished>(read_frame<from_worker::any>(answer).value());
    CHECK(finished.call == 7);
    CHECK(finished.outcome == -1);
    CHECK(finished.json == "{}");
}

TEST_CASE("a truncated frame and one with trailing bytes are invalid") {
    const auto body = body_of(whole_start());
    for (std::size_t length = 0; length < body.size(); ++length) {
        CAPTURE(length);
        CHECK_FALSE(read_frame<to_worker::any>(std::string_view(body).substr(0, length)));
    }
    CHECK_FALSE(read_frame<to_worker::any>(body + '\0'));
}

TEST_CASE("a frame of an unknown kind or without fields is invalid") {
    for (int kind = 0; kind < 256; ++kind) {
        const std::string body(1, static_cast<char>(kind));
        CAPTURE(kind);
        CHECK_FALSE(read_frame<from_worker::any>(body));  // all of them have fields
        CHECK_FALSE(read_frame<to_worker::any>(body));
    }
}

TEST_CASE("impossible lengths and counts are invalid") {
    for (const auto& body : {"\x05\xff\xff\xff\xff\x01"s,  // a text of 4 GiB
                             "\x05\x06\0\0\0abcde\x01"s,   // one byte too long
                             "\x05\x01\0\0\0a\x02"s,       // neither true nor false
                             "\x05\x01\0\0\0a\xff"s})
        CHECK_FALSE(read_frame<to_worker::any>(body));

    // A list of 2^32 - 1 texts, for which nothing is allocated.
    to_worker::start start;
    start.scopes = {"a"};
    auto body = body_of(start);
    const auto count = body.find("\x01\0\0\0\x01\0\0\0a"s);
    REQUIRE(count != std::string::npos);
    body.replace(count, 4, "\xff\xff\xff\xff");
    CHECK_FALSE(read_frame<to_worker::any>(body));
}

TEST_CASE("frames are found in pieces of any size") {
    std::string stream;
    std::vector<std::string> sent;
    for (int i = 0; i < 50; ++i) {
        const std::string json(static_cast<std::size_t>(i * 997), static_cast<char>('a' + i % 26));
        const auto frame = frame_of<from_worker::any>(from_worker::finished{static_cast<std::uint64_t>(i), 1, json});
        stream += frame;
        sent.push_back(frame.substr(frame_length_size));
    }
    for (const std::size_t step : {1, 2, 3, 5, 4096, 1'000'000}) {
        CAPTURE(step);
        frame_buffer buffer(100'000);
        CHECK(frames_in(buffer, stream, step) == sent);
        CHECK_FALSE(buffer.is_broken());
    }
}

TEST_CASE("a frame has at most the given length") {
    const auto frame = frame_of<from_worker::any>(from_worker::start_failed{std::string(1000, 'x')});
    const auto length = frame.size() - frame_length_size;
    frame_buffer enough(length), too_short(length - 1);
    CHECK(frames_in(enough, frame, 10'000).size() == 1);
    CHECK(frames_in(too_short, frame.substr(0, 100), 10'000).empty());
    CHECK(too_short.is_broken());
    CHECK(frames_in(too_short, frame, 10'000).empty());  // no recovery
}

TEST_CASE("an empty frame breaks the stream") {
    frame_buffer buffer(100);
    CHECK(frames_in(buffer, "\0\0\0\0"s, 100).empty());
    CHECK(buffer.is_broken());
}

TEST_CASE("a length alone allocates nothing") {
    frame_buffer buffer(std::size_t{3} * 1024 * 1024 * 1024);
    CHECK(frames_in(buffer, "\0\0\0\x7f"s + "some of it", 100).empty());
    CHECK_FALSE(buffer.is_broken());
    CHECK(buffer.prepare().size() <= 1024 * 1024);
}
