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

// By another machine, of which this one's kernel hears nothing.
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
    hears_of_all_ = news_ >= 0;
    if (news_ < 0) return;
    for (const auto& [file, mark] : seen_) {
        const auto folder = file.parent_path();
        hears_of_all_ &= ::inotify_add_watch(news_, folder.c_str(),
                                             IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB) >= 0;
        hears_of_all_ &= !may_be_changed_elsewhere(folder);
    }
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
    constexpr auto a_moment = std::chrono::milliseconds(20);
    auto next = steady_clock::now() + a_second;
    for (;;) {
        const auto errand = take_errand();  // before looking, so that they are answered by all they may ask about
        if (errand.is_last && errand.to_do.empty()) return;
        if (has_changed()) changed_();
        for (const auto& each : errand.to_do) each();
        if (errand.is_last) return;

        pollfd waiting[2] = {{bell_, POLLIN, 0}, {news_, POLLIN, 0}};
        const auto patience = hears_of_all_ ? std::chrono::milliseconds(a_second) : a_moment;
        ::poll(waiting, 2, static_cast<int>(patience.count()));
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
