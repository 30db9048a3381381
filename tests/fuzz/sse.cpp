// Event streams: whatever text goes in, a reader that follows the standard gets the same events out, and nothing else.
//
// The reader is WHATWG HTML, 9.2.6, once more, and from nothing else here.
#include <charconv>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "claim.hpp"
#include "http/syntax/sse.hpp"

namespace {

using namespace toolrack;
using fuzz::claim;
namespace sse = http::sse;

struct event {
    std::string type, data, last_id;
    bool operator==(const event&) const = default;
};

class event_reader {
public:
    void read(std::string_view stream) {
        while (!stream.empty()) {
            const auto end = stream.find_first_of("\r\n");
            claim(end != stream.npos, "a stream ends with a line");
            take_line(stream.substr(0, end));
            stream.remove_prefix(end + (stream.substr(end).starts_with("\r\n") ? 2 : 1));
        }
        claim(data_.empty() && type_.empty() && id_ == last_id_, "no event is left half said");
    }

    std::vector<event> events;
    std::string retry;  // the last

private:
    void take_line(std::string_view line) {
        if (line.empty()) return dispatch();
        const auto colon = line.find(':');
        if (colon == 0) return;
        const auto name = line.substr(0, colon);
        auto value = colon == line.npos ? std::string_view() : line.substr(colon + 1);
        if (value.starts_with(' ')) value.remove_prefix(1);
        if (name == "event") type_ = value;
        else if (name == "data") data_.append(value) += '\n';
        else if (name == "id" && value.find('\0') == value.npos) id_ = value;
        else if (name == "retry" && value.find_first_not_of("0123456789") == value.npos) retry = value;
    }
    void dispatch() {
        last_id_ = id_;
        if (!data_.empty()) {
            data_.pop_back();
            events.push_back({type_.empty() ? "message" : type_, data_, last_id_});
        }
        data_.clear();
        type_.clear();
    }

    std::string type_, data_, id_, last_id_;
};

// Chunks by RFC 9112, 7.1, of which a writer uses little. Whether the last one was there is the second of the pair.
std::pair<std::string, bool> dechunked(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        std::size_t size = 0;
        const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), size, 16);
        claim(wrong == std::errc{} && end != text.data(), "a chunk begins with its size");
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        claim(text.starts_with("\r\n") && text.size() >= 4 + size, "a chunk is all there");
        plain += text.substr(2, size);
        claim(text.substr(2 + size).starts_with("\r\n"), "a chunk ends where its size says");
        text.remove_prefix(4 + size);
        if (size == 0) {
            claim(text.empty(), "nothing follows the last chunk");
            return {plain, true};
        }
    }
    return {plain, false};
}

std::string without_breaks(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (c != '\n' && c != '\r' && c != '\0') out += c;
    return out;
}

// What is said in one run: each part of the input, up to a 0xFF, is an event; its first byte says which, and an id may
// follow up to a 0xFE.
class script {
public:
    explicit script(std::string_view input) {
        while (!input.empty()) {
            const auto end = std::min(input.find('\xff'), input.size());
            if (end > 0) say(input.front(), input.substr(1, end - 1));
            input.remove_prefix(std::min(end + 1, input.size()));
        }
        sse::append_end(chunked_, sse::framing::chunked);
        sse::append_end(plain_, sse::framing::plain);
    }

    void check() const {
        const auto [stream, is_ended] = dechunked(chunked_);
        claim(is_ended, "a stream has an end");
        claim(stream == plain_, "a stream says the same in chunks and without");
        event_reader reader;
        reader.read(stream);
        claim(reader.events == expected_, "a reader gets the events that were written, and no other");
        claim(reader.retry == retry_, "a reader is told when to come back by the opening alone");
    }

private:
    void say(char kind, std::string_view rest) {
        const auto split = rest.find('\xfe');
        const auto id = split == rest.npos ? std::string_view() : rest.substr(split + 1);
        const auto json = rest.substr(0, split);
        if (const auto shown = without_breaks(id); kind != 'l' && !id.empty() && !shown.empty()) id_ = shown;
        else if (kind != 'l' && !id.empty()) id_.clear();
        for (const auto how : {sse::framing::chunked, sse::framing::plain}) {
            auto& to = how == sse::framing::chunked ? chunked_ : plain_;
            if (kind == 'l') sse::append_keep_alive(to, how);
            else if (kind == 'o') sse::append_priming_event(to, id, std::chrono::milliseconds(json.size()), how);
            else sse::append_message(to, json, id, how);
        }
        if (kind == 'o' && !json.empty()) retry_ = std::to_string(json.size());
        if (kind != 'l') expected_.push_back({"message", kind == 'o' ? "" : without_breaks(json), id_});
    }

    std::string chunked_, plain_, id_, retry_;
    std::vector<event> expected_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    script(fuzz::text_of(bytes, size)).check();
    return 0;
}
