#include "audit/journal.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

#include "audit/line.hpp"
#include "base/digest.hpp"
#include "base/error.hpp"

namespace toolrack::audit {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_queued = 8u * 1024 * 1024;  // bytes, plus one line
constexpr auto write_timeout = 2s;
constexpr auto check_interval = 1s;  // for a renamed file, while the queue is empty
constexpr auto retry_interval = 100ms;

std::string journal_event(std::string_view kind, std::string_view more = {}) {
    return fmt::format(R"("kind":"{}","time":"{}"{})", kind, timestamp(), more);
}

std::string lost_event(std::uint64_t lines) { return journal_event("lost", fmt::format(R"(,"lines":{})", lines)); }

// RLIMIT_FSIZE then makes a write fail instead of killing the process.
void block_size_limit_signal() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace

// A coroutine that waits for its line to be written. Its I/O thread may end before the line is written.
class journal::pending_write : public std::enable_shared_from_this<pending_write> {
public:
    explicit pending_write(executor home) : home_(home), timer_(home) {}

    awaitable<bool> wait() {
        const abandon_on_exit guard{*this};
        timer_.expires_after(write_timeout);
        if (!is_complete_) co_await timer_.async_wait(as_values);
        co_return is_written_;
    }

    // Any thread.
    void complete(bool is_written) {
        const lock_guard lock(mutex_);
        if (is_abandoned_) return;
        asio::post(home_, [self = shared_from_this(), is_written] {
            self->is_complete_ = true;
            self->is_written_ = is_written;
            self->timer_.cancel();
        });
    }

private:
    struct abandon_on_exit {
        pending_write& write;
        ~abandon_on_exit() {
            const lock_guard lock(write.mutex_);
            write.is_abandoned_ = true;
        }
    };

    const executor home_;
    timer timer_;
    bool is_complete_ = false, is_written_ = false;
    mutex mutex_;
    bool is_abandoned_ TOOLRACK_GUARDED_BY(mutex_) = false;
};

journal::journal(const std::filesystem::path& file, toolrack::log& log)
    : path_(file), log_(log), run_(random_id(9)), file_(file) {
    if (const auto why = file_.open(); !why.why().empty())
        throw failure("Cannot write the audit log " + file.string() + ": " + why.why() + '.');
    thread_ = std::thread([this] { run(); });
}

journal::~journal() {
    {
        const lock_guard lock(mutex_);
        if (added_ > 0) put(journal_event("closed", fmt::format(R"(,"lost":{})", lost_total_)));
        is_stopping_ = true;
    }
    wakeup_.notify_one();
    thread_.join();
    queue_.insert(0, batch_);
    if (const auto left = std::ranges::count(queue_, '\n'))
        log_.error("the last {1} lines of the audit log {0} could not be written and are lost", path_.string(), left);
}

std::uint64_t journal::put(std::string_view members) {
    if (added_ == 0) {
        added_ = 1;
        queue_ += fmt::format("{{\"run\":\"{}\",\"seq\":1,{}}}\n", run_, journal_event("opened"));
    }
    if (lost_ > 0) {
        const auto lines = lost_event(std::exchange(lost_, 0));
        put(lines);
    }
    fmt::format_to(std::back_inserter(queue_), "{{\"run\":\"{}\",\"seq\":{},", run_, ++added_);
    queue_ += members;
    queue_ += "}\n";
    return added_;
}

void journal::add(std::string_view members, priority priority) {
    std::uint64_t lost = 0;
    bool is_first_lost = false;
    {
        const lock_guard lock(mutex_);
        if (queue_.empty() || queue_.size() + members.size() <= most_queued || priority == priority::guaranteed) {
            lost = lost_;
            put(members);
        } else {
            ++lost_total_;
            is_first_lost = lost_++ == 0;
        }
        // A running write checks the queue again by itself.
        if (!is_writing_ && !has_failed_) wakeup_.notify_one();
    }
    if (is_first_lost) log_.error("the audit log {} is losing lines: its queue is full", path_.string());
    if (lost > 0) log_.error("the audit log {} lost {} lines", path_.string(), lost);
}

awaitable<journal::write_result> journal::write(std::string_view members, executor home) {
    write_result made;
    std::shared_ptr<pending_write> mine;
    {
        const lock_guard lock(mutex_);
        if (has_failed_ || queue_.size() > most_queued) co_return made;
        made.number = put(members);
        mine = std::make_shared<pending_write>(home);
        queued_writes_.push_back(mine);
        if (!is_writing_) wakeup_.notify_one();
    }
    made.is_written = co_await mine->wait();
    co_return made;
}

void journal::check_file() {
    {
        const lock_guard lock(mutex_);
        must_check_file_ = true;
    }
    wakeup_.notify_one();
}

void journal::flush() {
    const auto end = std::chrono::steady_clock::now() + write_timeout;
    unique_lock lock(mutex_);
    while (!has_failed_ && (!queue_.empty() || is_writing_))
        if (written_.wait_until(lock.native(), end) == std::cv_status::timeout) return;
}

void journal::run() {
    block_size_limit_signal();
    unique_lock lock(mutex_);
    for (;;) {
        const auto timeout =
            has_failed_ ? std::chrono::milliseconds(retry_interval) : std::chrono::milliseconds(check_interval);
        const auto end = std::chrono::steady_clock::now() + timeout;
        while (!is_stopping_ && !must_check_file_ && (has_failed_ || queue_.empty()))
            if (wakeup_.wait_until(lock.native(), end) == std::cv_status::timeout) break;
        const bool is_last = is_stopping_;
        write_batch(lock);
        if (is_last && (has_failed_ || queue_.empty())) return;
    }
}

// Releases the lock while it writes.
void journal::write_batch(unique_lock& lock) {
    is_writing_ = true;
    must_check_file_ = false;
    if (batch_.empty()) {
        std::swap(batch_, queue_);
        std::swap(batch_writes_, queued_writes_);
    }
    lock.unlock();

    auto why = file_.open();
    if (why.why().empty()) why = file_.write(batch_);
    const bool has_failed = !why.why().empty();
    constexpr std::size_t usual_capacity = 1024 * 1024;
    if (batch_.empty() && batch_.capacity() > usual_capacity) batch_ = {};

    lock.lock();
    is_writing_ = false;
    has_failed_ = has_failed;  // before the waiting calls resume: they may call write() again at once
    for (const auto& one : std::exchange(batch_writes_, {})) one->complete(!has_failed);
    if (has_failed)
        for (const auto& one : std::exchange(queued_writes_, {})) one->complete(false);
    written_.notify_all();

    lock.unlock();
    log_error(why.why());  // last: a reader of "is written again" may rely on it
    lock.lock();
}

// Logs each different error once, and once that it is over.
void journal::log_error(const std::string& why) {
    if (why == logged_error_) return;
    if (why.empty()) log_.info("the audit log {} is written again", path_.string());
    else log_.error("cannot write the audit log {}: {}", path_.string(), why);
    logged_error_ = why;
}

}  // namespace toolrack::audit
