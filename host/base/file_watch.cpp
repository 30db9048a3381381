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
      news_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)), stop_(::eventfd(0, EFD_CLOEXEC)) {
    if (stop_ < 0) {
        if (news_ >= 0) ::close(news_);
        throw failure("No file can be watched: the system gives no more descriptors.", exit_code::software);
    }
    listen_to_folders();
    thread_ = std::thread([this] { run(); });
}

file_watch::~file_watch() {
    const std::uint64_t now = 1;
    [[maybe_unused]] const auto written = ::write(stop_, &now, sizeof now);
    thread_.join();
    ::close(stop_);
    if (news_ >= 0) ::close(news_);
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
        if (has_changed()) changed_();
        pollfd waiting[2] = {{stop_, POLLIN, 0}, {news_, POLLIN, 0}};
        ::poll(waiting, 2, static_cast<int>(std::chrono::milliseconds(a_second).count()));
        if (waiting[0].revents) return;
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
