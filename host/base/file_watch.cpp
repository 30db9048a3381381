#include "base/file_watch.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <utility>

#include "base/error.hpp"

namespace toolrack {

file_watch::file_watch(std::map<std::filesystem::path, file_mark> seen,
                       std::function<void()> changed,
                       std::function<void()> each_second)
    : seen_(std::move(seen)), changed_(std::move(changed)), each_second_(std::move(each_second)),
      news_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)), bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (bell_ < 0) {
        if (news_ >= 0) ::close(news_);
        throw failure("No file can be watched: the system gives no more descriptors.", exit_code::software);
    }
    listen_to_folders();
    thread_ = std::thread([this] { run(); });
}

file_watch::~file_watch() {
    {
        const std::lock_guard lock(mutex_);
        next_.is_last = true;
    }
    ring();
    thread_.join();
    ::close(bell_);
    if (news_ >= 0) ::close(news_);
}

bool file_watch::after_a_look(std::function<void()> then) {
    constexpr std::size_t most_waiting = 1000;
    {
        const std::lock_guard lock(mutex_);
        if (next_.is_last || next_.to_do.size() >= most_waiting) return false;
        next_.to_do.push_back(std::move(then));
    }
    ring();
    return true;
}

void file_watch::ring() const noexcept {
    const std::uint64_t once = 1;
    [[maybe_unused]] const auto written = ::write(bell_, &once, sizeof once);
}

file_watch::errand file_watch::take_errand() {
    const std::lock_guard lock(mutex_);
    return std::exchange(next_, {{}, next_.is_last});
}

// The folders and not the files: a file that is replaced takes its watch with it.
void file_watch::listen_to_folders() {
    if (news_ < 0) return;
    for (const auto& [file, mark] : seen_)
        ::inotify_add_watch(news_, file.parent_path().c_str(),
                            IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB);
}

bool file_watch::has_changed() {
    bool is_different = false;
    for (auto& [file, mark] : seen_) {
        const auto now = mark_of(file);
        is_different |= now != mark;
        mark = now;
    }
    return is_different;
}

void file_watch::run() {
    using std::chrono::steady_clock;
    constexpr auto a_second = std::chrono::seconds(1);
    auto next = steady_clock::now() + a_second;
    for (;;) {
        const auto errand = take_errand();  // before looking, so that they are answered by all they may ask about
        if (errand.is_last && errand.to_do.empty()) return;
        if (has_changed()) changed_();
        for (const auto& each : errand.to_do) each();
        if (errand.is_last) return;

        pollfd waiting[2] = {{bell_, POLLIN, 0}, {news_, POLLIN, 0}};
        ::poll(waiting, 2, static_cast<int>(std::chrono::milliseconds(a_second).count()));
        std::uint64_t rung = 0;
        [[maybe_unused]] const auto read = ::read(bell_, &rung, sizeof rung);
        if (steady_clock::now() >= next) {
            next = steady_clock::now() + a_second;
            listen_to_folders();  // one may have come into being, or been replaced
            if (each_second_) each_second_();
        }
        char events[4096];
        while (news_ >= 0 && ::read(news_, events, sizeof events) > 0) {
        }
    }
}

}  // namespace toolrack
