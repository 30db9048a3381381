#include "audit/journal.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/rfc3339.hpp"

namespace toolrack::audit {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_waiting = 8u * 1024 * 1024;  // bytes, and one line more
constexpr auto longest_wait = 2s;
constexpr auto look_every = 1s;      // at the file's name, when there is nothing to write
constexpr auto try_again_after = 100ms;

std::string now() {
    return to_rfc3339(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
}

std::string about_the_journal(std::string_view kind, std::string_view more = {}) {
    return fmt::format(R"("kind":"{}","time":"{}"{})", kind, now(), more);
}

std::string about_lost(std::uint64_t lines) { return about_the_journal("lost", fmt::format(R"(,"lines":{})", lines)); }

// A limit on the size of files is one more way for a write to fail, and not the end of the process.
void survive_size_limits() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace

// Whoever waits for a line, on an I/O thread that may be gone before the line is written.
class journal::ticket : public std::enable_shared_from_this<ticket> {
public:
    explicit ticket(executor home) : home_(home), bell_(home) {}

    awaitable<bool> wait() {
        const leaving at_the_end{*this};
        bell_.expires_after(longest_wait);
        if (!is_decided_) co_await bell_.async_wait(as_values);
        co_return is_written_;
    }

    // Any thread.
    void decide(bool is_written) {
        const std::lock_guard lock(mutex_);
        if (has_left_) return;
        asio::post(home_, [self = shared_from_this(), is_written] {
            self->is_decided_ = true;
            self->is_written_ = is_written;
            self->bell_.cancel();
        });
    }

private:
    struct leaving {
        ticket& who;
        ~leaving() {
            const std::lock_guard lock(who.mutex_);
            who.has_left_ = true;
        }
    };

    const executor home_;
    timer bell_;
    bool is_decided_ = false, is_written_ = false;
    std::mutex mutex_;
    bool has_left_ = false;
};

journal::journal(const std::filesystem::path& file, toolrack::log& log)
    : path_(file), log_(log), run_(random_id(9)), file_(file) {
    if (const auto why = file_.follow(); !why.why().empty())
        throw failure("The audit cannot be written to " + file.string() + ": " + why.why() + '.');
    thread_ = std::thread([this] { run(); });
}

journal::~journal() {
    {
        const std::lock_guard lock(mutex_);
        if (added_ > 0) put(about_the_journal("closed", fmt::format(R"(,"lost":{})", lost_in_all_)));
        is_stopping_ = true;
    }
    something_to_do_.notify_one();
    thread_.join();
    waiting_.insert(0, carried_);
    if (const auto left = std::ranges::count(waiting_, '\n'))
        log_.error("the audit {} ends without its last {} lines, which could not be written", path_.string(), left);
}

// With the mutex held.
std::uint64_t journal::put(std::string_view members) {
    if (added_ == 0) {
        added_ = 1;
        waiting_ += fmt::format("{{\"run\":\"{}\",\"seq\":1,{}}}\n", run_, about_the_journal("opened"));
    }
    if (lost_ > 0) {
        const auto lines = about_lost(std::exchange(lost_, 0));
        put(lines);
    }
    fmt::format_to(std::back_inserter(waiting_), "{{\"run\":\"{}\",\"seq\":{},", run_, ++added_);
    waiting_ += members;
    waiting_ += "}\n";
    return added_;
}

void journal::add(std::string_view members, weight kind) {
    std::uint64_t lost = 0;
    bool is_first_lost = false;
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.empty() || waiting_.size() + members.size() <= most_waiting || kind == weight::owed) {
            lost = lost_;
            put(members);
        } else {
            ++lost_in_all_;
            is_first_lost = lost_++ == 0;
        }
        // Whoever is at it looks again by itself.
        if (!is_carrying_ && !is_stuck_) something_to_do_.notify_one();
    }
    if (is_first_lost) log_.error("the audit {} loses lines, because too many wait to be written", path_.string());
    if (lost > 0) log_.error("the audit {} lost {} lines", path_.string(), lost);
}

awaitable<journal::receipt> journal::write(std::string_view members, executor home) {
    receipt made;
    std::shared_ptr<ticket> mine;
    {
        const std::lock_guard lock(mutex_);
        if (is_stuck_ || waiting_.size() > most_waiting) co_return made;
        made.number = put(members);
        mine = std::make_shared<ticket>(home);
        waiting_tickets_.push_back(mine);
        if (!is_carrying_) something_to_do_.notify_one();
    }
    made.is_written = co_await mine->wait();
    co_return made;
}

void journal::look_again() {
    {
        const std::lock_guard lock(mutex_);
        looks_again_ = true;
    }
    something_to_do_.notify_one();
}

void journal::settle() {
    std::unique_lock lock(mutex_);
    something_done_.wait_for(lock, longest_wait, [this] { return is_stuck_ || (waiting_.empty() && !is_carrying_); });
}

void journal::run() {
    survive_size_limits();
    std::unique_lock lock(mutex_);
    for (;;) {
        const auto has_to_do = [this] { return is_stopping_ || looks_again_ || (!is_stuck_ && !waiting_.empty()); };
        const auto patience = is_stuck_ ? std::chrono::milliseconds(try_again_after)
                                        : std::chrono::milliseconds(look_every);
        something_to_do_.wait_for(lock, patience, has_to_do);
        const bool is_last = is_stopping_;
        carry_out(lock);
        if (is_last && (is_stuck_ || waiting_.empty())) return;
    }
}

// With the lock, which is let go of meanwhile.
void journal::carry_out(std::unique_lock<std::mutex>& lock) {
    is_carrying_ = true;
    looks_again_ = false;
    if (carried_.empty()) {
        std::swap(carried_, waiting_);
        std::swap(carried_tickets_, waiting_tickets_);
    }
    lock.unlock();

    auto why = file_.follow();
    if (why.why().empty()) why = file_.write(carried_);
    const bool is_stuck = !why.why().empty();
    constexpr std::size_t usual = 1024 * 1024;
    if (carried_.empty() && carried_.capacity() > usual) carried_ = {};

    lock.lock();
    is_carrying_ = false;
    is_stuck_ = is_stuck;  // before anybody hears of it: whoever does may come again at once
    for (const auto& one : std::exchange(carried_tickets_, {})) one->decide(!is_stuck);
    if (is_stuck)
        for (const auto& one : std::exchange(waiting_tickets_, {})) one->decide(false);
    something_done_.notify_all();

    lock.unlock();
    say_trouble(why.why());  // last: who reads that it is written again may rely on it
    lock.lock();
}

// Once for each kind of trouble, and once when it is over.
void journal::say_trouble(const std::string& why) {
    if (why == trouble_) return;
    if (why.empty()) log_.info("the audit {} is written again", path_.string());
    else log_.error("the audit cannot be written to {}: {}", path_.string(), why);
    trouble_ = why;
}

}  // namespace toolrack::audit
