#include "audit/audit_policy.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "audit/line.hpp"
#include "base/digest.hpp"
#include "wire/canonical.hpp"

namespace toolrack::audit {
namespace {

constexpr std::size_t longest_name = 1024;  // bytes; resource URIs can be long

// The methods that are calls, and the member of params that names their subject.
struct call {
    std::string_view method, name;
};
constexpr std::array calls{call{"tools/call", "name"},
                           call{"prompts/get", "name"},
                           call{"resources/read", "uri"},
                           call{"completion/complete", "ref"},
                           call{"tasks/update", "taskId"},
                           call{"tasks/cancel", "taskId"}};

const call* find_call(const wire::message& message) {
    if (message.kind != wire::message::kind::request) return nullptr;
    const auto* found = std::ranges::find(calls, message.method, &call::method);
    return found == calls.end() ? nullptr : found;
}

std::optional<std::string> name_of(const call& what, const json::value& params) {
    if (what.name != "ref") return wire::string_member(params, what.name);
    const auto ref = params.find("ref");
    if (!ref) return std::nullopt;
    auto name = wire::string_member(*ref, "name");
    return name ? name : wire::string_member(*ref, "uri");
}

// "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01": the second part. (W3C Trace Context, 3.2.)
std::string trace_of(const wire::message& message) {
    constexpr std::size_t begin = 3, size = 32;
    if (!message.meta.traceparent || !message.meta.traceparent->is_string()) return {};
    const auto text = message.meta.traceparent->str();
    if (text.size() < begin + size + 1 || text[begin - 1] != '-' || text[begin + size] != '-') return {};
    auto id = text.substr(begin, size);
    const bool is_hex =
        std::ranges::all_of(id, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    return is_hex ? id : std::string();
}

}  // namespace

audit_policy::audit_policy(std::shared_ptr<journal> into,
                           const config::audit& rules,
                           std::uint64_t generation,
                           secret key)
    : into_(std::move(into)), rules_(rules), generation_(generation), key_(std::move(key)) {}

entry audit_policy::open(const wire::message& message, const identity::principal& who) const {
    const auto* what = into_ ? find_call(message) : nullptr;
    if (!what) return {};

    line about;
    about.word("time", timestamp()).word("method", what->method);
    if (const auto name = name_of(*what, message.params)) about.word("name", *name, longest_name);
    about.word("subject", who.subject()).word("issuer", who.issuer());
    if (!who.credential().empty()) about.word("credential", who.credential());
    const json::value id(message.id);
    if (id.is_string()) about.word("request", id.str(), 128);
    else about.json("request", message.id);
    if (const auto trace = trace_of(message); !trace.empty()) about.word("trace", trace);
    about.number("generation", generation_);
    return {into_, rules_.is_required, about.text(), arguments_of(message)};
}

std::string audit_policy::arguments_of(const wire::message& message) const {
    line shown;
    if (rules_.arguments == config::audit::arguments::none) return {};
    for (const std::string_view key : {"arguments", "argument", "inputResponses"}) {
        const auto value = message.params.find(key);
        if (!value) continue;
        if (rules_.arguments == config::audit::arguments::full) {
            shown.json(key, value->text());
            continue;
        }
        std::string form;
        wire::write_canonical(form, *value);
        shown.word(std::string(key) + "Digest", "hmac-sha256:" + hex(hmac_sha256(key_, form)));
    }
    return shown.text();
}

void audit_policy::record_refusal(identity::refusal why, std::string_view peer) const {
    if (!into_) return;
    const auto omitted = into_->refusal_limiter().take();
    if (!omitted) return;
    line record;
    record.word("kind", "refused").word("time", timestamp()).word("reason", word_for(why)).word("peer", peer);
    if (*omitted > 0) record.number("omitted", *omitted);
    into_->add(record.text());
}

}  // namespace toolrack::audit
