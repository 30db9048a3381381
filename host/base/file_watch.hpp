// Watches a few files and reports when one of them was replaced, written to or removed.
//
// Uses inotify on a thread of its own, and checks fifty times a second where inotify cannot see every change (network
// file systems, a folder that does not exist yet). A change is seen as a whole only when files are replaced by
// rename(2).
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <thread>
#include <vector>

#include "base/mutex.hpp"
#include "base/trusted_file.hpp"

namespace toolrack {

class file_watch {
public:
    // `changed` and `each_second` (if set) run on the watching thread and must not throw. `seen` has the state of each
    // file that the caller has read; a change since then is reported as well.
    file_watch(std::map<std::filesystem::path, file_mark> seen,
               std::function<void()> changed,
               std::function<void()> each_second = nullptr);
    // Joins the thread.
    ~file_watch();
    file_watch(const file_watch&) = delete;
    file_watch& operator=(const file_watch&) = delete;

    // Any thread; does not wait. `then` runs on the watching thread after every change up to now was reported. False,
    // and `then` never runs, when too many callbacks are queued already.
    bool after_a_look(std::function<void()> then);

private:
    struct pending {
        std::vector<std::function<void()>> callbacks;
        bool is_last = false;
    };
    void run();
    pending take_pending();
    void wake() const noexcept;
    bool has_changed();
    void watch_folders();

    std::map<std::filesystem::path, file_mark> seen_;
    const std::function<void()> changed_;
    const std::function<void()> each_second_;
    int inotify_ = -1;  // -1 when the system has no instance left
    bool inotify_sees_all_ = false;
    int wakeup_ = -1;  // eventfd
    mutex mutex_;
    pending next_ TOOLRACK_GUARDED_BY(mutex_);
    std::thread thread_;
};

}  // namespace toolrack
