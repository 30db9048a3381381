// What a plugin is asked, as the ABI wants it, and kept: a client may be gone before a lane comes to what
// it asked.
#pragma once

#include <toolrack/abi.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "plugin/host_table.hpp"
#include "plugin/instance.hpp"
#include "plugin/process/worker_messages.hpp"

namespace toolrack::plugin {

// A request with its own words.
class kept_request {
public:
    explicit kept_request(const request& from)
        : method_(from.method), name_(from.name), params_(from.params), client_(from.client),
          responses_(from.responses), state_(from.state), traceparent_(from.traceparent), who_(from.who),
          deadline_(from.deadline) {}

    request words() const {
        return {method_, name_, params_, client_, responses_, state_, traceparent_, who_, deadline_};
    }

private:
    std::string method_, name_, params_, client_, responses_, state_, traceparent_;
    identity::principal who_;
    std::chrono::system_clock::time_point deadline_;
};

// Credentials with their own words; the token is wiped when they go.
class kept_credentials {
public:
    explicit kept_credentials(const credentials& from)
        : token_(from.token), resource_(from.resource), peer_(from.peer), peer_uid_(from.peer_uid),
          peer_gid_(from.peer_gid), certificate_(from.certificate) {}

    credentials words() const { return {token_.reveal(), resource_, peer_, peer_uid_, peer_gid_, certificate_}; }

private:
    secret token_;
    std::string resource_, peer_;
    std::int64_t peer_uid_, peer_gid_;
    std::string certificate_;
};

// The ABI's view of a request, good while the request's words are.
class abi_request {
public:
    explicit abi_request(const request& asked)
        : abi_request(asked, asked.who.subject(), asked.who.issuer(), asked.who.scopes(),
                      std::chrono::duration_cast<std::chrono::milliseconds>(
                          asked.deadline.time_since_epoch()).count()) {}
    // As it came to a worker.
    explicit abi_request(const to_worker::start& asked)
        : abi_request(asked, asked.subject, asked.issuer, asked.scopes, asked.deadline) {}
    abi_request(const abi_request&) = delete;
    abi_request& operator=(const abi_request&) = delete;

    const toolrack_request* get() const noexcept { return &request_; }

private:
    template <typename Words, typename Scopes>
    abi_request(const Words& asked,
                std::string_view subject,
                std::string_view issuer,
                const Scopes& scopes,
                std::int64_t deadline) {
        if (scopes.size() > std::size(few_)) many_.resize(scopes.size());
        auto* const into = many_.empty() ? few_ : many_.data();
        for (std::size_t i = 0; i < scopes.size(); ++i) into[i] = view(std::string_view(scopes[i]));
        request_ = {sizeof(toolrack_request),
                    view(asked.method),
                    view(asked.name),
                    view(asked.params),
                    view(subject),
                    view(issuer),
                    scopes.empty() ? nullptr : into,
                    scopes.size(),
                    view(asked.client),
                    view(asked.responses),
                    view(asked.state),
                    view(asked.traceparent),
                    deadline};
    }

    toolrack_str few_[8];             // scopes of a usual number need no allocation of their own
    std::vector<toolrack_str> many_;
    toolrack_request request_;
};

// The same of credentials. `now` is what the backend takes for the time.
inline toolrack_facts abi_facts(const credentials& shown, std::chrono::system_clock::time_point now) {
    return {sizeof(toolrack_facts),
            view(shown.token),
            view(shown.resource),
            view(shown.peer),
            view(shown.certificate),
            shown.peer_uid,
            shown.peer_gid,
            std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count()};
}

}  // namespace toolrack::plugin
