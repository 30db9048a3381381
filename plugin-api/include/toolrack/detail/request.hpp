// The request of a call, as views into the host's memory while start() runs. A moved request may
// outlive start(), so a move copies the texts to a block that the request owns.
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

// Copies the bytes of views into one block, which must be large enough, and points the views to it.
class packer {
public:
    explicit packer(char* block) : next_(block) {}

    void keep(std::string_view& text) {
        const std::size_t size = text.copy(next_, text.size());
        text = {next_, size};
        next_ += size;
    }

private:
    char* next_;
};

struct request {
    std::string_view method, name, params, subject, issuer, client, responses, state, traceparent;
    std::span<const toolrack_str> scopes;
    std::int64_t deadline;

    explicit request(const toolrack_request& from)
        : method(view(from.method)), name(view(from.name)), params(view(from.params)), subject(view(from.subject)),
          issuer(view(from.issuer)), client(view(from.client)), responses(view(from.responses)),
          state(view(from.state)), traceparent(view(from.traceparent)), scopes(from.scopes, from.scope_count),
          deadline(from.deadline) {}

    request(request&& other) noexcept { *this = std::move(other); }

    // Terminates the program if there is no memory, because a move must not throw.
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
