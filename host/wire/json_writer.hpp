// Appends JSON to a string: keys, values, brackets and the commas between them.
//
// There is no tree and no state: a comma is written unless the text is empty or ends in an opening bracket. So a writer
// can also append the members of an object whose braces the caller writes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <toolrack/json.hpp>

namespace toolrack::wire {

// A key without characters that need an escape, checked at compile time.
class plain_key {
public:
    consteval plain_key(const char* text) : plain_key(std::string_view(text)) {}
    consteval plain_key(std::string_view text) : text_(text) {
        for (const char c : text)
            if (c < ' ' || c > '~' || c == '"' || c == '\\') throw "this key needs an escape: use escaped_key()";
    }
    constexpr std::string_view text() const noexcept { return text_; }

private:
    std::string_view text_;
};

class json_writer {
public:
    explicit json_writer(std::string& out) noexcept : out_(out) {}

    json_writer& begin_object() { return open('{'); }
    json_writer& begin_object(plain_key name) { return key(name).append("{"); }
    json_writer& end_object() { return append("}"); }
    json_writer& begin_array() { return open('['); }
    json_writer& begin_array(plain_key name) { return key(name).append("["); }
    json_writer& end_array() { return append("]"); }

    // A key whose value follows, through value() or appended by the caller.
    json_writer& key(plain_key name) {
        separate();
        out_ += '"';
        out_ += name.text();
        return append("\":");
    }
    json_writer& escaped_key(std::string_view name) {
        separate();
        json::write_string(out_, name);
        return append(":");
    }
    // The value of the last key; `text` is valid JSON.
    json_writer& value(std::string_view text) { return append(text); }

    json_writer& string(plain_key name, std::string_view text) {
        key(name);
        json::write_string(out_, text);
        return *this;
    }
    json_writer& number(plain_key name, std::int64_t number) {
        key(name);
        json::write_number(out_, number);
        return *this;
    }
    json_writer& boolean(plain_key name, bool value) { return key(name).append(value ? "true" : "false"); }
    // `text` is valid JSON.
    json_writer& raw(plain_key name, std::string_view text) { return key(name).append(text); }
    // Members without braces around them, valid JSON; may be empty.
    json_writer& members(std::string_view text) {
        if (!text.empty()) separate();
        return append(text);
    }

    // An element of an array.
    json_writer& element(std::string_view text) {
        separate();
        json::write_string(out_, text);
        return *this;
    }
    template <typename Strings>
    json_writer& strings(plain_key name, const Strings& all) {
        begin_array(name);
        for (const auto& one : all) element(one);
        return end_array();
    }

private:
    void separate() {
        if (!out_.empty() && out_.back() != '{' && out_.back() != '[') out_ += ',';
    }
    json_writer& open(char bracket) {
        separate();
        out_ += bracket;
        return *this;
    }
    json_writer& append(std::string_view text) {
        out_ += text;
        return *this;
    }

    std::string& out_;
};

}  // namespace toolrack::wire
