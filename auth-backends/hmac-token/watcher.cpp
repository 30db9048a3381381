#include "watcher.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace {

namespace fs = std::filesystem;

constexpr int poll_every = 1000;  // ms
constexpr std::uint32_t of_interest =
    IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB;

fs::path folder_of(const fs::path& file) {
    const auto parent = file.parent_path();
    return parent.empty() ? fs::path(".") : parent;
}

std::int64_t in_nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }

}  // namespace

watcher::descriptor::~descriptor() {
    if (number_ >= 0) ::close(number_);
}

watcher::watcher(std::vector<fs::path> files, std::function<void()> changed, std::function<void()> second)
    : files_(std::move(files)), changed_(std::move(changed)), second_(std::move(second)),
      end_(::eventfd(0, EFD_CLOEXEC)), told_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    if (end_.number() < 0) throw std::runtime_error("the system gives no descriptor to watch files with");
    // Without these (there is a limit for each user, and a folder may come later) there is still the clock.
    std::set<fs::path> folders;
    for (const auto& file : files_) folders.insert(folder_of(file));
    for (const auto& folder : folders) ::inotify_add_watch(told_.number(), folder.c_str(), of_interest);

    // Signals are for the host's threads.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { watch(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

watcher::~watcher() {
    const std::uint64_t one = 1;
    while (::write(end_.number(), &one, sizeof one) < 0 && errno == EINTR) {
    }
    thread_.join();
}

void watcher::watch() {
    // None yet, so the first second brings a look: the files may have changed since they were read.
    std::vector<stamp> before;
    for (;;) {
        pollfd waiting[] = {{end_.number(), POLLIN, 0}, {told_.number(), POLLIN, 0}};
        ::poll(waiting, 2, poll_every);
        if (waiting[0].revents != 0) return;
        const bool is_named = was_told();
        auto now = stamps();
        if (is_named || now != before) changed_();
        before = std::move(now);
        second_();
    }
}

bool watcher::was_told() const {
    alignas(inotify_event) char events[4096];
    bool is_ours = false;
    for (;;) {
        const auto size = ::read(told_.number(), events, sizeof events);
        if (size <= 0) return is_ours;
        for (const char* at = events; at < events + size;) {
            const auto* event = reinterpret_cast<const inotify_event*>(at);
            const std::string_view name = event->len ? event->name : "";
            is_ours |= (event->mask & IN_Q_OVERFLOW) != 0 || std::any_of(files_.begin(), files_.end(), [&](const auto& file) {
                           return file.filename() == name;
                       });
            at += sizeof(inotify_event) + event->len;
        }
    }
}

std::vector<watcher::stamp> watcher::stamps() const {
    std::vector<stamp> all;
    for (const auto& file : files_) {
        struct stat about {};
        if (::stat(file.c_str(), &about) != 0) all.push_back({});
        else
            all.push_back({static_cast<std::int64_t>(about.st_dev), static_cast<std::int64_t>(about.st_ino), about.st_size,
                           in_nanoseconds(about.st_mtim), in_nanoseconds(about.st_ctim)});
    }
    return all;
}
