#include "base/file_watch.hpp"

#include <linux/magic.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <utility>

#include "base/error.hpp"

namespace toolrack {
namespace {

// On a network file system, where inotify does not report changes by other machines.
bool may_be_changed_elsewhere(const std::filesystem::path& folder) noexcept {
    struct statfs about {};
    if (::statfs(folder.c_str(), &about) != 0) return true;
    switch (static_cast<std::uint32_t>(about.f_type)) {
    case NFS_SUPER_MAGIC:
    case SMB_SUPER_MAGIC:
    case SMB2_SUPER_MAGIC:
    case CIFS_SUPER_MAGIC:
    case AFS_SUPER_MAGIC:
    case CEPH_SUPER_MAGIC:
    case FUSE_SUPER_MAGIC:
    case V9FS_MAGIC: return true;
    }
    return false;
}

}  // namespace

file_watch::file_watch(std::map<std::filesystem::path, file_mark> seen,
                       std::function<void()> changed,
                       std::function<void()> each_second)
    : seen_(std::move(seen)), changed_(std::move(changed)), each_second_(std::move(each_second)),
      inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)), wakeup_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (wakeup_ < 0) {
        if (inotify_ >= 0) ::close(inotify_);
        throw failure("Cannot watch files: no file descriptor is left.", exit_code::software);
    }
    watch_folders();
    thread_ = std::thread([this] { run(); });
}

file_watch::~file_watch() {
    {
        const lock_guard lock(mutex_);
        next_.is_last = true;
    }
    wake();
    thread_.join();
    ::close(wakeup_);
    if (inotify_ >= 0) ::close(inotify_);
}

bool file_watch::after_a_look(std::function<void()> then) {
    constexpr std::size_t most_waiting = 1000;
    {
        const lock_guard lock(mutex_);
        if (next_.is_last || next_.callbacks.size() >= most_waiting) return false;
        next_.callbacks.push_back(std::move(then));
    }
    wake();
    return true;
}

void file_watch::wake() const noexcept {
    const std::uint64_t once = 1;
    [[maybe_unused]] const auto written = ::write(wakeup_, &once, sizeof once);
}

file_watch::pending file_watch::take_pending() {
    const lock_guard lock(mutex_);
    return std::exchange(next_, {{}, next_.is_last});
}

// Watches the folders, not the files: the watch of a file moves with its inode when the file is replaced.
void file_watch::watch_folders() {
    inotify_sees_all_ = inotify_ >= 0;
    if (inotify_ < 0) return;
    for (const auto& [file, mark] : seen_) {
        const auto folder = file.parent_path();
        inotify_sees_all_ &=
            ::inotify_add_watch(
                inotify_, folder.c_str(), IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB) >= 0;
        inotify_sees_all_ &= !may_be_changed_elsewhere(folder);
    }
}

bool file_watch::has_changed() {
    bool changed = false;
    for (auto& [file, mark] : seen_) {
        const auto now = mark_of(file);
        changed |= now != mark;
        mark = now;
    }
    return changed;
}

void file_watch::run() {
    using std::chrono::steady_clock;
    constexpr auto a_second = std::chrono::seconds(1);
    constexpr auto polling_interval = std::chrono::milliseconds(20);
    auto next = steady_clock::now() + a_second;
    for (;;) {
        const auto pending = take_pending();  // before the check, so that the callbacks run after it
        if (pending.is_last && pending.callbacks.empty()) return;
        if (has_changed()) changed_();
        for (const auto& each : pending.callbacks) each();
        if (pending.is_last) return;

        pollfd waiting[2] = {{wakeup_, POLLIN, 0}, {inotify_, POLLIN, 0}};
        const auto timeout = inotify_sees_all_ ? std::chrono::milliseconds(a_second) : polling_interval;
        ::poll(waiting, 2, static_cast<int>(timeout.count()));
        std::uint64_t count = 0;
        [[maybe_unused]] const auto read = ::read(wakeup_, &count, sizeof count);
        if (steady_clock::now() >= next) {
            next = steady_clock::now() + a_second;
            watch_folders();  // a folder may have been created or replaced
            if (each_second_) each_second_();
        }
        char events[4096];
        while (inotify_ >= 0 && ::read(inotify_, events, sizeof events) > 0) {
        }
    }
}

}  // namespace toolrack
