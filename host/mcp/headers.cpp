#include "mcp/headers.hpp"

#include "base/text.hpp"

namespace toolrack::mcp {
namespace {

// The member of params that Mcp-Name repeats; empty when the method has none.
std::string_view name_member(std::string_view method) {
    if (method == "tools/call" || method == "prompts/get") return "name";
    if (method == "resources/read") return "uri";
    if (method == "tasks/get" || method == "tasks/update" || method == "tasks/cancel") return "taskId";
    return {};
}

std::string mismatch(std::string_view header, std::string_view value, std::string_view body) {
    return "Header mismatch: " + std::string(header) + " says \"" + printable(value, 120) + "\" and the body \"" +
           printable(body, 120) + "\".";
}

}  // namespace

std::optional<std::string> version_mismatch(const wire::mirrored& headers, std::string_view version) {
    if (!headers.protocol_version)
        return "Header mismatch: the header MCP-Protocol-Version is missing; send \"MCP-Protocol-Version: " +
               printable(version, 40) + "\".";
    if (*headers.protocol_version != version)
        return mismatch("MCP-Protocol-Version", *headers.protocol_version, version);
    return std::nullopt;
}

std::optional<std::string> name_mismatch(const wire::mirrored& headers, const wire::message& message) {
    if (!headers.method)
        return "Header mismatch: the header Mcp-Method is missing; send \"Mcp-Method: " +
               printable(message.method, 120) + "\".";
    if (*headers.method != message.method) return mismatch("Mcp-Method", *headers.method, message.method);

    const auto member = name_member(message.method);
    if (member.empty()) return std::nullopt;
    const auto name = wire::string_member(message.params, member);
    if (!name) return std::nullopt;  // the method refuses it
    if (!headers.name)
        return "Header mismatch: the header Mcp-Name is missing; send the value of params." + std::string(member) +
               " in it.";
    const auto value = wire::is_plain_value(*headers.name) ? decoded_value(*headers.name) : std::nullopt;
    if (!value)
        return std::string("Header mismatch: the value of Mcp-Name is neither plain ASCII nor valid =?base64?...?=.");
    if (*value != *name) return mismatch("Mcp-Name", *value, *name);
    return std::nullopt;
}

}  // namespace toolrack::mcp
