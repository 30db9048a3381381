// The queue of the audit log: numbers lines and writes them to the file on a thread of its own.
//
// add() never waits for the disk; the thread writes all queued lines at once. Lines that cannot be written stay queued,
// up to a limit in bytes, and are retried. Lines that do not fit are counted, reported in the log, and reported in the
// audit by the next line that fits. Sequence numbers have no gaps, so a missing number means that a line was removed
// from the file. Each journal object numbers from 1 under a random run id. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "audit/journal_file.hpp"
#include "audit/rate_limiter.hpp"
#include "base/asio.hpp"
#include "base/log.hpp"
#include "base/mutex.hpp"

namespace toolrack::audit {

class journal {
public:
    // Throws failure when the file cannot be trusted or opened; nothing is written to it yet.
    journal(const std::filesystem::path& file, toolrack::log& log);
    // Writes the queued lines if possible.
    ~journal();
    journal(const journal&) = delete;
    journal& operator=(const journal&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }

    enum class priority {
        normal,     // lost when the queue is full
        guaranteed  // always queued: the end of a call whose begin line is written
    };
    // Queues a line: the members of a JSON object, without braces.
    void add(std::string_view members, priority priority = priority::normal);

    struct write_result {
        std::uint64_t number = 0;  // 0: not queued
        bool is_written = false;
    };
    // Queues a line and waits until it is written, cannot be written, or 2 s have passed; in the last case it may still
    // be written later. Rejects the line while the file cannot be written.
    awaitable<write_result> write(std::string_view members, executor home);

    // Checks now whether the file was renamed (log rotation), and opens the new one.
    void check_file();
    // Waits until the queue is written, or cannot be written.
    void flush();

    // The number of lines that did not fit into the queue.
    std::uint64_t lost() const {
        const lock_guard lock(mutex_);
        return lost_total_;
    }

    // Limits the lines about refused callers, so that they cannot fill the disk.
    rate_limiter& refusal_limiter() noexcept { return refusals_; }

private:
    class pending_write;

    std::uint64_t put(std::string_view members) TOOLRACK_REQUIRES(mutex_);
    void run();
    void write_batch(unique_lock& lock) TOOLRACK_NO_THREAD_ANALYSIS;  // called and returns with the lock held
    void log_error(const std::string& why);

    const std::filesystem::path path_;
    toolrack::log& log_;
    const std::string run_;
    rate_limiter refusals_{60, std::chrono::seconds(1)};

    mutable mutex mutex_;
    std::condition_variable wakeup_, written_;
    std::string queue_ TOOLRACK_GUARDED_BY(mutex_);
    std::vector<std::shared_ptr<pending_write>> queued_writes_ TOOLRACK_GUARDED_BY(mutex_);
    std::uint64_t added_ TOOLRACK_GUARDED_BY(mutex_) = 0;
    std::uint64_t lost_ TOOLRACK_GUARDED_BY(mutex_) = 0;  // not reported in the audit yet
    std::uint64_t lost_total_ TOOLRACK_GUARDED_BY(mutex_) = 0;
    bool is_writing_ TOOLRACK_GUARDED_BY(mutex_) = false;
    bool has_failed_ TOOLRACK_GUARDED_BY(mutex_) = false;  // the last batch
    bool must_check_file_ TOOLRACK_GUARDED_BY(mutex_) = false;
    bool is_stopping_ TOOLRACK_GUARDED_BY(mutex_) = false;

    // Used by the thread only.
    journal_file file_;
    std::string batch_;
    std::vector<std::shared_ptr<pending_write>> batch_writes_;
    std::string logged_error_;
    std::thread thread_;
};

}  // namespace toolrack::audit
