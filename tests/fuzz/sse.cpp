// Event streams: a reader that follows the standard gets exactly the events that were written.
//
// The reader implements WHATWG HTML, 9.2.6, without code of the host.
#include <charconv>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "http/syntax/sse.hpp"
#include "require.hpp"

namespace {

using namespace toolrack;
using fuzz::require;
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
            require(end != stream.npos, "a stream ends with a line end");
            take_line(stream.substr(0, end));
            stream.remove_prefix(end + (stream.substr(end).starts_with("\r\n") ? 2 : 1));
        }
        require(data_.empty() && type_.empty() && id_ == last_id_, "a stream has no incomplete event");
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

// Decodes chunks (RFC 9112, 7.1) without extensions. The second value is true after the last chunk.
std::pair<std::string, bool> dechunked(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        std::size_t size = 0;
        const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), size, 16);
        require(wrong == std::errc{} && end != text.data(), "a chunk starts with its size");
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        require(text.starts_with("\r\n") && text.size() >= 4 + size, "a chunk is complete");
        plain += text.substr(2, size);
        require(text.substr(2 + size).starts_with("\r\n"), "a chunk ends after its size");
        text.remove_prefix(4 + size);
        if (size == 0) {
            require(text.empty(), "nothing follows the last chunk");
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

// The events of one run. 0xFF separates the events in the input; the first byte of each is its kind, and 0xFE separates
// its data from its id.
class script {
public:
    explicit script(std::string_view input) {
        while (!input.empty()) {
            const auto end = std::min(input.find('\xff'), input.size());
            if (end > 0) append(input.front(), input.substr(1, end - 1));
            input.remove_prefix(std::min(end + 1, input.size()));
        }
        sse::append_end(chunked_, sse::framing::chunked);
        sse::append_end(plain_, sse::framing::plain);
    }

    void check() const {
        const auto [stream, is_ended] = dechunked(chunked_);
        require(is_ended, "a stream has an end");
        require(stream == plain_, "chunked and plain framing have the same content");
        event_reader reader;
        reader.read(stream);
        require(reader.events == expected_, "a reader gets exactly the written events");
        require(reader.retry == retry_, "only a priming event sets the retry time");
    }

private:
    void append(char kind, std::string_view rest) {
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
