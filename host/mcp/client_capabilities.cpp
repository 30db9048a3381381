#include "mcp/client_capabilities.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "wire/json_writer.hpp"

namespace toolrack::mcp {
namespace {

struct client_method {
    std::string_view name, capability;
};
constexpr std::array client_methods{client_method{"elicitation/create", "elicitation"},
                                    client_method{"sampling/createMessage", "sampling"},
                                    client_method{"roots/list", "roots"}};

// The part of its capability that a request needs: URL elicitation, tools in sampling. Empty when it needs none.
std::string_view needed_part(const json::value& request) {
    const auto params = request.find("params");
    if (!params) return {};
    const auto method = wire::string_member(request, "method");
    if (method == "elicitation/create" && wire::string_member(*params, "mode") == "url") return "url";
    if (method == "sampling/createMessage" && params->find("tools")) return "tools";
    return {};
}

}  // namespace

result<std::optional<std::string>, complaint> missing_capabilities(const json::value& requests,
                                                                   const json::value& client) {
    const auto declared = client.find("capabilities");
    std::vector<std::pair<std::string_view, std::string_view>> missing;  // capability, part
    for (const auto& request : requests) {
        const auto method = wire::string_member(request, "method");
        const auto* const known =
            std::ranges::find_if(client_methods, [&](const client_method& one) { return method == one.name; });
        if (known == client_methods.end())
            return complain("it requests \"" + printable(method.value_or(""), 80) +
                            "\" from the client, which is not a client method");
        const auto capability = declared ? declared->find(known->capability) : std::nullopt;
        const auto part = needed_part(request);
        const bool is_declared = capability && capability->is_object();
        // {"elicitation":{}} means form mode; {"elicitation":{"url":{}}} means url mode only. (2025-11-25,
        // client/elicitation, "Capabilities".)
        const bool lacks_forms = is_declared && part.empty() && known->capability == "elicitation" &&
                                 capability->find("url") && !capability->find("form");
        const bool has = is_declared && !lacks_forms && (part.empty() || capability->find(part));
        const std::pair lacking(known->capability, lacks_forms ? std::string_view("form") : part);
        if (!has && std::ranges::find(missing, lacking) == missing.end()) missing.push_back(lacking);
    }
    if (missing.empty()) return std::optional<std::string>();

    std::string object;
    wire::json_writer writer(object);
    writer.begin_object();
    for (const auto& known : client_methods) {
        std::set<std::string_view> parts;
        for (const auto& [capability, part] : missing)
            if (capability == known.capability) parts.insert(part);
        if (parts.empty()) continue;
        // A client that declares url mode must declare form mode too when it needs both.
        if (parts.erase("") && parts.contains("url")) parts.insert("form");
        writer.escaped_key(known.capability).value("{");
        for (const auto part : parts) writer.escaped_key(part).value("{}");
        writer.end_object();
    }
    writer.end_object();
    return std::optional(std::move(object));
}

bool declares_extension(const json::value& client, std::string_view name) {
    const auto capabilities = client.find("capabilities");
    const auto extensions = capabilities ? capabilities->find("extensions") : std::nullopt;
    return extensions && extensions->find(name);
}

}  // namespace toolrack::mcp
