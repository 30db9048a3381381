// The audit entry of one call.
//
// Created when the request is known. The first end() sets the outcome; without one, the destructor writes "unanswered".
// Where the audit is required, a line is written before the call runs as well, and the call does not run without it.
// Belongs to the thread of the request.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "audit/journal.hpp"
#include "base/asio.hpp"
#include "wire/outcome.hpp"
#include "wire/reply.hpp"

namespace toolrack::audit {

class entry {
public:
    entry() = default;  // inactive: writes nothing
    // `about` and `arguments` are JSON members of the line. The entry shares ownership of the journal, because a task
    // can outlive its generation.
    entry(std::shared_ptr<journal> journal, bool is_required, std::string about, std::string arguments);
    entry(entry&& other) noexcept { *this = std::move(other); }
    entry& operator=(entry&& other) noexcept;
    ~entry() { write(); }

    bool is_open() const noexcept { return in_ != nullptr; }

    // Adds the client's own description, {"name", "version"}.
    void add_client(std::string_view json);

    // Where the audit is required: writes a line before the call runs. False when it could not be written; then the
    // call must not run.
    bool must_begin() const noexcept { return in_ != nullptr && is_required_ && begun_ == 0; }
    awaitable<bool> begin(executor home);

    // Only the first call has an effect. The outcome is also available in an inactive entry.
    void end(const wire::reply& answer) { end(answer.outcome, answer.error); }
    void end(wire::outcome how, int code = 0);
    std::optional<wire::outcome> outcome() const noexcept { return how_; }
    int error_code() const noexcept { return code_; }

    // The entry of the task that continues this call. It writes a line of its own when it is destroyed. drop() discards
    // it, for a call that ends before its client learned of the task.
    entry of_task(std::string_view id);
    void drop() noexcept { in_ = nullptr; }

private:
    void write();

    std::shared_ptr<journal> in_;
    bool is_required_ = false, is_guaranteed_ = false, is_of_task_ = false;
    std::string about_, arguments_;
    std::uint64_t begun_ = 0;  // sequence number of the line written by begin()
    std::chrono::steady_clock::time_point since_, until_;
    std::optional<wire::outcome> how_;
    int code_ = 0;
};

}  // namespace toolrack::audit
