#include "mcp/headers.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "base/text.hpp"

namespace toolrack::mcp {
namespace {

// The member of params that Mcp-Name repeats; empty when the method has none.
std::string_view name_member(std::string_view method) {
    if (method == "tools/call" || method == "prompts/get") return "name";
    if (method == "resources/read") return "uri";
    return {};
}

std::string mismatch(std::string_view header, std::string_view shown, std::string_view body) {
    return "Header mismatch: " + std::string(header) + " says \"" + printable(shown, 120) + "\" and the body \"" +
           printable(body, 120) + "\".";
}

bool is_base64_character(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

// RFC 4648 section 4, strictly: padded, no foreign characters, no unused bits set.
std::optional<std::string> base64_decoded(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    const auto padding = text.ends_with("==") ? 2u : text.ends_with("=") ? 1u : 0u;
    const auto digits = text.substr(0, text.size() - padding);
    if (!std::all_of(digits.begin(), digits.end(), is_base64_character)) return std::nullopt;

    std::string bytes(text.size() / 4 * 3, '\0');
    if (text.empty()) return bytes;
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(size) - padding);

    std::string again(text.size() + 1, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(again.data()),
                    reinterpret_cast<const unsigned char*>(bytes.data()),
                    static_cast<int>(bytes.size()));
    again.pop_back();
    if (again != text) return std::nullopt;
    return bytes;
}

}  // namespace

std::optional<std::string> decoded_value(std::string_view value) {
    constexpr std::string_view prefix = "=?base64?", suffix = "?=";
    if (value.size() < prefix.size() + suffix.size() || !value.starts_with(prefix) || !value.ends_with(suffix))
        return std::string(value);
    return base64_decoded(value.substr(prefix.size(), value.size() - prefix.size() - suffix.size()));
}

std::optional<std::string> version_disagrees(const wire::mirrored& headers, std::string_view version) {
    if (!headers.protocol_version)
        return "Header mismatch: the header MCP-Protocol-Version is missing; send \"MCP-Protocol-Version: " +
               printable(version, 40) + "\".";
    if (*headers.protocol_version != version)
        return mismatch("MCP-Protocol-Version", *headers.protocol_version, version);
    return std::nullopt;
}

std::optional<std::string> names_disagree(const wire::mirrored& headers, const wire::message& message) {
    if (!headers.method)
        return "Header mismatch: the header Mcp-Method is missing; send \"Mcp-Method: " +
               printable(message.method, 120) + "\".";
    if (*headers.method != message.method) return mismatch("Mcp-Method", *headers.method, message.method);

    const auto member = name_member(message.method);
    if (member.empty()) return std::nullopt;
    const auto name = wire::string_member(message.params, member);
    if (!name) return std::nullopt;  // the method itself will say what is missing
    if (!headers.name)
        return "Header mismatch: the header Mcp-Name is missing; send the value of params." + std::string(member) +
               " in it.";
    const auto shown = decoded_value(*headers.name);
    if (!shown) return std::string("Header mismatch: the value of Mcp-Name is not valid Base64.");
    if (*shown != *name) return mismatch("Mcp-Name", *shown, *name);
    return std::nullopt;
}

}  // namespace toolrack::mcp
