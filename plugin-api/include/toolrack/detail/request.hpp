// What a call was asked, as views: into the host's memory while start() runs, into a block of its
// own once the call moves on, which is when it may outlive start().
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "toolrack/abi.h"

namespace toolrack::detail {

inline std::string_view view(toolrack_str text) {
    return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}

// Puts copies of views into one block, which must be large enough, and points the views there.
class packer {
public:
    explicit packer(char* room) : room_(room) {}

    void keep(std::string_view& text) {
        const std::size_t size = text.copy(room_, text.size());
        text = {room_, size};
        room_ += size;
    }

private:
    char* room_;
};

struct request {
    std::string_view method, name, params, subject, issuer, client, responses, state, traceparent;
    std::span<const toolrack_str> scopes;
    std::int64_t deadline;

    explicit request(const toolrack_request& asked)
        : method(view(asked.method)), name(view(asked.name)), params(view(asked.params)),
          subject(view(asked.subject)), issuer(view(asked.issuer)), client(view(asked.client)),
          responses(view(asked.responses)), state(view(asked.state)),
          traceparent(view(asked.traceparent)), scopes(asked.scopes, asked.scope_count),
          deadline(asked.deadline) {}

    request(request&& other) noexcept { *this = std::move(other); }

    // Out of memory here ends the program, as it would anywhere a move may not fail.
    request& operator=(request&& other) noexcept {
        for (auto text : texts) this->*text = other.*text;
        scopes = other.scopes;
        deadline = other.deadline;
        block_ = std::move(other.block_);
        kept_scopes_ = std::move(other.kept_scopes_);
        if (!block_) keep();
        return *this;
    }

private:
    static constexpr std::string_view request::*texts[] = {&request::method,
                                                           &request::name,
                                                           &request::params,
                                                           &request::subject,
                                                           &request::issuer,
                                                           &request::client,
                                                           &request::responses,
                                                           &request::state,
                                                           &request::traceparent};

    void keep() {
        std::size_t size = 1;
        for (auto text : texts) size += (this->*text).size();
        for (const toolrack_str& scope : scopes) size += scope.size;
        block_ = std::make_unique<char[]>(size);
        kept_scopes_ = std::make_unique<toolrack_str[]>(scopes.size());

        packer into(block_.get());
        for (auto text : texts) into.keep(this->*text);
        for (std::size_t n = 0; n != scopes.size(); ++n) {
            std::string_view scope = view(scopes[n]);
            into.keep(scope);
            kept_scopes_[n] = {scope.data(), scope.size()};
        }
        scopes = {kept_scopes_.get(), scopes.size()};
    }

    std::unique_ptr<char[]> block_;
    std::unique_ptr<toolrack_str[]> kept_scopes_;
};

}  // namespace toolrack::detail
