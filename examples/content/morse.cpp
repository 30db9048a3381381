// Morse code in every kind of content: text, structured content, an image, audio, an embedded
// resource, and a resource link.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <toolrack/plugin.hpp>

#include "media.hpp"

using namespace toolrack;

namespace {

constexpr std::string_view letters[] = {".-",   "-...", "-.-.", "-..",  ".",   "..-.", "--.",  "....", "..",
                                        ".---", "-.-",  ".-..", "--",   "-.",  "---",  ".--.", "--.-", ".-.",
                                        "...",  "-",    "..-",  "...-", ".--", "-..-", "-.--", "--.."};

// "so so" -> "... --- / ... ---"
std::string morse(std::string_view words) {
    std::string code;
    for (const char c : words) {
        const char small = static_cast<char>(c | 0x20);
        const bool is_letter = small >= 'a' && small <= 'z';
        if (!is_letter && c != ' ') throw tool_error("The text may contain only letters A to Z and spaces.");
        if (!code.empty()) code += ' ';
        code += c == ' ' ? "/" : letters[small - 'a'];
    }
    return code;
}

// Whether the key is down, for each length of a dot: "1010100011101110111000..."
std::string strokes(std::string_view code) {
    std::string all;
    for (const char c : code) all += c == '.' ? "10" : c == '-' ? "1110" : "00";
    return all;
}

std::string picture(std::string_view key) {
    constexpr std::uint32_t height = 24;
    std::string row;  // eight pixels for each length of a dot
    for (const char down : key) row += down == '1' ? '\x00' : '\xFF';
    return media::png_of_rows(row, static_cast<std::uint32_t>(8 * key.size()), height);
}

std::string sound(std::string_view key, std::size_t hertz) {
    constexpr std::size_t rate = 8000, dot = rate * 6 / 100;
    std::string samples;
    for (std::size_t n = 0; n != key.size() * dot; ++n) {
        const bool is_high = n * hertz * 2 / rate % 2 == 1;
        samples += static_cast<char>(key[n / dot] == '0' ? 128 : is_high ? 160 : 96);
    }
    return media::wav(samples, rate);
}

std::string alphabet() {
    std::string lines;
    for (char c = 'A'; c <= 'Z'; ++c) lines += std::string(1, c) + ' ' + morse({&c, 1}) + '\n';
    return lines;
}

constexpr const char* alphabet_uri = "morse://alphabet";
constexpr const char* icon = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' "
                             "viewBox='0 0 9 3'%3E%3Cpath d='M1 1h1v1H1zm2 0h5v1H3z'/%3E%3C/svg%3E";

}  // namespace

TOOLRACK_PLUGIN("org.example.morse", "1.0.0")(setup& s) {
    const schema words = string("Letters and spaces").min(1).max(100);
    const json::text for_user = json::object({{"audience", json::array({"user"})}});

    s.tool("to_morse",
           "Writes a text in Morse code and returns how long it takes to send.",
           object({{"text", words}}),
           [](call& c) {
               const std::string code = morse(c.args().at("text").str());
               return structured(json::object({{"code", code}, {"dots", strokes(code).size()}}));
           })
        .title("Text to Morse code")
        .icon(icon, "image/svg+xml", "any")
        .output(object({{"code", string("Letters separated by spaces, words by a slash")},
                        {"dots", integer("The time it takes, in lengths of a dot")}}))
        .read_only()
        .idempotent()
        .open_world(false)
        .quick();

    s.tool("draw_morse", "Draws a text in Morse code.", object({{"text", words}}), [=](call& c) {
         const std::string code = morse(c.args().at("text").str());
         return text(code).also(image(media::base64(picture(strokes(code))), "image/png")).annotated(for_user);
     }).read_only();

    // A client of 2026-07-28 repeats the pitch in the header field Mcp-Param-Pitch, so that a proxy
    // can use it. The server checks that both are equal.
    s.tool("play_morse",
           "Plays a text in Morse code.",
           object({{"text", words},
                   {"pitch",
                    optional(enum_({"low", "high"}, "The pitch of the sound").default_value("low"))
                        .with("x-mcp-header", "Pitch")}}),
           [=](call& c) {
               const auto pitch = c.args().find("pitch");
               const std::string key = strokes(morse(c.args().at("text").str()));
               const std::string wav = sound(key, pitch && pitch->str() == "high" ? 800 : 400);
               return audio(media::base64(wav), "audio/wav").annotated(for_user);
           })
        .read_only();

    s.tool("morse_alphabet", "Shows how each letter is sent.", object({}), [](call&) {
         return embedded_text(alphabet_uri, alphabet()).also(resource_link(alphabet_uri, "alphabet", "text/plain"));
     }).read_only();

    s.resource(alphabet_uri, "alphabet", "text/plain", [](call& c) {
         return resource_text(c.name(), alphabet());
     }).description("How each letter is sent");
}
