#include "mcp/rounds.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "wire/canonical.hpp"

namespace toolrack::mcp {
namespace {

constexpr auto state_lifetime = std::chrono::minutes(30);

// Whose state it is, and of which request.
std::string bound_to(const wire::message& message, const identity::principal& who) {
    std::string text;
    for (const auto& part : {who.issuer(), who.subject(), message.method}) {
        text += std::to_string(part.size());
        text += ':';
        text += part;
    }
    std::vector<json::value> members;
    for (const auto& member : message.params)
        if (!member.key_is("_meta") && !member.key_is("inputResponses") && !member.key_is("requestState"))
            members.push_back(member);
    std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.key() < b.key(); });
    std::string params;
    for (const auto& member : members) {
        json::write_string(params, member.key());
        wire::write_canonical(params, member);
    }
    return text + hex(sha256(params));
}

// What answering a method takes: a capability, and what must stand inside it for some requests.
struct need {
    std::string_view method, capability;
};
constexpr std::array needs{need{"elicitation/create", "elicitation"},
                           need{"sampling/createMessage", "sampling"},
                           need{"roots/list", "roots"}};

// A part of a capability that one request needs: URL elicitation, tools in sampling.
std::string_view part_needed(const json::value& request) {
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
        const auto* known = std::find_if(
            needs.begin(), needs.end(), [&](const need& one) { return method == one.method; });
        if (known == needs.end())
            return complain("it asked the client for \"" + printable(method.value_or(""), 80) +
                            "\", which no client answers");
        const auto capability = declared ? declared->find(known->capability) : std::nullopt;
        const auto part = part_needed(request);
        const bool is_declared = capability && capability->is_object();
        // Who declares pages and nothing else shows no forms; who declares no part at all shows forms.
        const bool lacks_forms = is_declared && part.empty() && known->capability == "elicitation" &&
                                 capability->find("url") && !capability->find("form");
        const bool has = is_declared && !lacks_forms && (part.empty() || capability->find(part));
        const std::pair lacking(known->capability, lacks_forms ? std::string_view("form") : part);
        if (!has && std::find(missing.begin(), missing.end(), lacking) == missing.end()) missing.push_back(lacking);
    }
    if (missing.empty()) return std::optional<std::string>();

    std::string object = "{";
    for (const auto& known : needs) {
        std::set<std::string_view> parts_missing;
        for (const auto& [capability, part] : missing)
            if (capability == known.capability) parts_missing.insert(part);
        if (parts_missing.empty()) continue;
        // Whoever declares pages has to say that they show forms, too.
        if (parts_missing.erase("") && parts_missing.contains("url")) parts_missing.insert("form");
        std::string parts;
        for (const auto part : parts_missing) {
            if (!parts.empty()) parts += ',';
            json::write_string(parts, part);
            parts += ":{}";
        }
        if (object.size() > 1) object += ',';
        json::write_string(object, known.capability);
        object += ":{" + parts + '}';
    }
    object += '}';
    return std::optional(std::move(object));
}

std::string state_keeper::keep(std::string_view state,
                               const wire::message& message,
                               const identity::principal& who) const {
    return seal_.close(state, bound_to(message, who), clock_.now() + state_lifetime);
}

result<round, complaint> state_keeper::read(const wire::message& message, const identity::principal& who) const {
    round read;
    if (const auto responses = message.params.find("inputResponses"); responses && !responses->is_null()) {
        if (!responses->is_object()) return complain("params.inputResponses must be an object.");
        read.responses = responses->text();
    }
    const auto state = message.params.find("requestState");
    if (!state || state->is_null()) return read;
    if (!state->is_string()) return complain("params.requestState must be a string.");
    auto opened = seal_.open(state->str(), bound_to(message, who), clock_.now());
    if (!opened)
        return complain(opened.error() == seal_fault::expired
                            ? "params.requestState has expired. Begin again without it."
                            : "params.requestState was not made by this server for this request. "
                              "Begin again without it.");
    read.state = std::move(*opened);
    return read;
}

}  // namespace toolrack::mcp
