#include "mcp/request_state.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "wire/canonical.hpp"

namespace toolrack::mcp {
namespace {

constexpr auto state_lifetime = std::chrono::minutes(30);

// What a state is bound to: the principal, the method and a digest of the parameters. Each part is preceded by its
// length, so that no two different bindings are the same text.
std::string binding_of(const wire::message& message, const identity::principal& caller) {
    std::string text;
    for (const auto& part : {caller.issuer(), caller.subject(), message.method}) {
        text += std::to_string(part.size());
        text += ':';
        text += part;
    }
    std::vector<json::value> members;
    for (const auto& member : message.params)
        if (!member.key_is("_meta") && !member.key_is("inputResponses") && !member.key_is("requestState"))
            members.push_back(member);
    std::ranges::sort(members, [](const auto& a, const auto& b) { return a.key() < b.key(); });
    std::string params;
    for (const auto& member : members) {
        json::write_string(params, member.key());
        wire::write_canonical(params, member);
    }
    return text + hex(sha256(params));
}

}  // namespace

std::string
request_states::close(std::string_view state, const wire::message& message, const identity::principal& caller) const {
    return seal_.close(state, binding_of(message, caller), clock_.now() + state_lifetime);
}

result<round, complaint> request_states::open(const wire::message& message, const identity::principal& caller) const {
    round read;
    if (const auto responses = message.params.find("inputResponses"); responses && !responses->is_null()) {
        if (!responses->is_object()) return complain("params.inputResponses must be an object.");
        read.responses = responses->text();
    }
    const auto state = message.params.find("requestState");
    if (!state || state->is_null()) return read;
    if (!state->is_string()) return complain("params.requestState must be a string.");
    auto opened = seal_.open(state->str(), binding_of(message, caller), clock_.now());
    if (!opened)
        return complain(opened.error() == seal_fault::expired
                            ? "params.requestState has expired. Repeat the request without it."
                            : "params.requestState was not made by this server for this request. "
                              "Repeat the request without it.");
    read.state = std::move(*opened);
    return read;
}

}  // namespace toolrack::mcp
