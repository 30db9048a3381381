// The C structs that a plugin receives, made from the C++ ones.
//
// With storage::borrowed the texts must outlive the object; with storage::owned it holds a copy of all of them in one
// buffer, because the client may be gone before a lane starts the call.
#pragma once

#include <toolrack/abi.h>

#include <chrono>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.hpp"
#include "plugin/host_table.hpp"
#include "plugin/instance.hpp"

namespace toolrack::plugin {

enum class storage { borrowed, owned };

class abi_request {
public:
    abi_request(const request& from, storage how)
        : abi_request(from,
                      from.principal.subject(),
                      from.principal.issuer(),
                      from.principal.scopes(),
                      std::chrono::duration_cast<std::chrono::milliseconds>(from.deadline.time_since_epoch()).count(),
                      how) {}

    // `from` has the other texts, under the names that they have in `request`; `deadline` is in milliseconds since
    // 1970.
    template <typename Texts, typename Scopes>
    abi_request(const Texts& from,
                std::string_view subject,
                std::string_view issuer,
                const Scopes& scopes,
                std::int64_t deadline,
                storage how) {
        if (how == storage::owned) {
            auto size = from.method.size() + from.name.size() + from.params.size() + subject.size() + issuer.size() +
                        from.client.size() + from.responses.size() + from.state.size() + from.traceparent.size();
            for (const auto& scope : scopes) size += scope.size();
            buffer_.reserve(size);
        }
        const auto keep = [&](std::string_view text) {
            if (how == storage::borrowed) return view(text);
            const auto at = buffer_.size();
            buffer_ += text;
            return view(std::string_view(buffer_.data() + at, text.size()));
        };
        if (scopes.size() > std::size(few_scopes_)) many_scopes_.resize(scopes.size());
        auto* const first_scope = many_scopes_.empty() ? few_scopes_ : many_scopes_.data();
        auto* scope = first_scope;
        for (const auto& one : scopes) *scope++ = keep(one);
        request_ = {sizeof(toolrack_request),
                    keep(from.method),
                    keep(from.name),
                    keep(from.params),
                    keep(subject),
                    keep(issuer),
                    scopes.empty() ? nullptr : first_scope,
                    scopes.size(),
                    keep(from.client),
                    keep(from.responses),
                    keep(from.state),
                    keep(from.traceparent),
                    deadline};
    }
    abi_request(const abi_request&) = delete;
    abi_request& operator=(const abi_request&) = delete;

    const toolrack_request& get() const noexcept { return request_; }

private:
    std::string buffer_;          // reserved before the first view into it is taken
    toolrack_str few_scopes_[8];  // spares the usual call an allocation
    std::vector<toolrack_str> many_scopes_;
    toolrack_request request_;
};

// Credentials as the backend gets them. `now` is the backend's time.
class abi_facts {
public:
    abi_facts(const credentials& shown, std::chrono::system_clock::time_point now, storage how) {
        std::string_view token = shown.token, resource = shown.resource, peer = shown.peer,
                         certificate = shown.certificate;
        if (how == storage::owned) {
            buffer_.reserve(token.size() + resource.size() + peer.size() + certificate.size());
            for (const auto text : {token, resource, peer, certificate}) buffer_ += text;
            std::string_view left = buffer_;
            for (auto* const text : {&token, &resource, &peer, &certificate}) {
                *text = left.substr(0, text->size());
                left.remove_prefix(text->size());
            }
        }
        facts_ = {sizeof(toolrack_facts),
                  view(token),
                  view(resource),
                  view(peer),
                  view(certificate),
                  shown.peer_uid,
                  shown.peer_gid,
                  std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count()};
    }
    ~abi_facts() {
        if (!buffer_.empty()) wipe(buffer_);  // it contains the token
    }
    abi_facts(const abi_facts&) = delete;
    abi_facts& operator=(const abi_facts&) = delete;

    const toolrack_facts& get() const noexcept { return facts_; }

private:
    std::string buffer_;
    toolrack_facts facts_;
};

}  // namespace toolrack::plugin
