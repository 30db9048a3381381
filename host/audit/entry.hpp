// An entry: what the audit says of one call, from its beginning to its end.
//
// Begun when the request is known, ended by the first that says how; one that nobody ends says so itself when
// it goes. Where the audit is required there is a line before anything runs, too, and nothing runs without it.
// Belongs to the request's thread.
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
    entry() = default;  // of something that nobody keeps account of
    // `about` and `arguments` are members of a line. The entry keeps the journal: a call that goes on as a task is
    // let go of after all else.
    entry(std::shared_ptr<journal> in, bool is_required, std::string about, std::string arguments);
    entry(entry&& other) noexcept { *this = std::move(other); }
    entry& operator=(entry&& other) noexcept;
    ~entry() { write(); }

    bool is_open() const noexcept { return in_ != nullptr; }

    // {"name", "version"}, as the client says of itself.
    void name_client(std::string_view json);

    // Writes that the call begins, where that is required, and says whether the call may go on.
    bool must_begin() const noexcept { return in_ != nullptr && is_required_ && begun_ == 0; }
    awaitable<bool> begin(executor home);

    // Only the first of these counts. How it ended is known also where nobody keeps account.
    void end(const wire::reply& answer) { end(answer.outcome, answer.error); }
    void end(wire::outcome how, int code = 0);
    std::optional<wire::outcome> how_it_ended() const noexcept { return how_; }
    int error_code() const noexcept { return code_; }

    // What the call goes on as when its request was answered with a task: a line of its own, written when this
    // goes. When the call ends before anybody heard of a task, it is to be dropped.
    entry of_task(std::string_view id);
    void drop() noexcept { in_ = nullptr; }

private:
    void write();

    std::shared_ptr<journal> in_;
    bool is_required_ = false, is_owed_ = false, is_of_task_ = false;
    std::string about_, arguments_;
    std::uint64_t begun_ = 0;  // the number of the line that said so
    std::chrono::steady_clock::time_point since_, until_;
    std::optional<wire::outcome> how_;
    int code_ = 0;
};

}  // namespace toolrack::audit
