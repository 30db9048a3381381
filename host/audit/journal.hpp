// The journal: lines on their way into the audit's file, numbered without a gap.
//
// Whoever adds a line never waits for the disk: a thread of its own writes all that has come meanwhile at
// once. What cannot be written waits, up to a bound, and is tried again; what does not fit is counted, said in
// the log, and said in the audit itself by the next line that fits. A number that is missing in the file was
// taken out of it by somebody. Every run of this numbers from 1, under a name of its own.
// Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "audit/allowance.hpp"
#include "audit/journal_file.hpp"
#include "base/asio.hpp"
#include "base/log.hpp"

namespace toolrack::audit {

class journal {
public:
    // Throws failure when the file cannot be trusted or opened; nothing is written to it yet.
    journal(const std::filesystem::path& file, toolrack::log& log);
    // Writes what is left, if it can.
    ~journal();
    journal(const journal&) = delete;
    journal& operator=(const journal&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }

    enum class weight {
        common,  // lost when there is no room for it
        owed     // has room always: a line that was promised by one that is written
    };
    // A line: the members of an object, without its braces.
    void add(std::string_view members, weight kind = weight::common);

    struct receipt {
        std::uint64_t number = 0;  // 0: it was not taken
        bool is_written = false;
    };
    // The same, and returns when it is in the file, or is not, or not soon: then it may get there later. While
    // lines cannot be written none is taken.
    awaitable<receipt> write(std::string_view members, executor home);

    // The file may have been renamed: look now, and not only when there is something to write.
    void look_again();
    // Returns when what was added is written, or cannot be.
    void settle();

    // How many lines there was no room for. Thread-safe.
    std::uint64_t lost() const {
        const std::lock_guard lock(mutex_);
        return lost_in_all_;
    }

    // How many refused callers get a line: strangers must not fill the disk.
    allowance& for_refusals() noexcept { return refusals_; }

private:
    class ticket;

    std::uint64_t put(std::string_view members);
    void run();
    void carry_out(std::unique_lock<std::mutex>& lock);
    void say_trouble(const std::string& why);

    const std::filesystem::path path_;
    toolrack::log& log_;
    const std::string run_;
    allowance refusals_{60, std::chrono::seconds(1)};

    mutable std::mutex mutex_;
    std::condition_variable something_to_do_, something_done_;
    std::string waiting_;
    std::vector<std::shared_ptr<ticket>> waiting_tickets_;
    std::uint64_t added_ = 0, lost_ = 0, lost_in_all_ = 0;
    bool is_carrying_ = false, is_stuck_ = false, looks_again_ = false, is_stopping_ = false;

    // Of the thread.
    journal_file file_;
    std::string carried_;
    std::vector<std::shared_ptr<ticket>> carried_tickets_;
    std::string trouble_;  // that was said
    std::thread thread_;
};

}  // namespace toolrack::audit
