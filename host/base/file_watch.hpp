// Watches a few files, and says when one of them was replaced, written to or removed.
//
// A thread of its own: told by the kernel where it can, and looking fifty times a second where it cannot (network
// file systems, a folder that does not exist yet). What is seen is a whole change only when files are
// replaced by renaming, as everything here does.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "base/trusted_file.hpp"

namespace toolrack {

class file_watch {
public:
    // `changed` runs on the watching thread, and so does `each_second`, if there is any. Neither may throw.
    // A change since `seen` was noted counts, too.
    file_watch(std::map<std::filesystem::path, file_mark> seen,
               std::function<void()> changed,
               std::function<void()> each_second = nullptr);
    // Returns when the thread has ended.
    ~file_watch();
    file_watch(const file_watch&) = delete;
    file_watch& operator=(const file_watch&) = delete;

    // Any thread; does not wait. `then` runs on the watching thread, once whatever has changed by now was told, so that
    // who just missed a change can be answered by it. False, and `then` never runs, when too many wait already.
    bool after_a_look(std::function<void()> then);

private:
    struct errand {
        std::vector<std::function<void()>> to_do;
        bool is_last = false;
    };
    void run();
    errand take_errand();
    void ring() const noexcept;
    bool has_changed();
    void listen_to_folders();

    std::map<std::filesystem::path, file_mark> seen_;
    const std::function<void()> changed_;
    const std::function<void()> each_second_;
    int news_ = -1;  // inotify; -1 where there is none to be had
    bool hears_of_all_ = false;
    int bell_ = -1;  // eventfd
    std::mutex mutex_;
    errand next_;
    std::thread thread_;
};

}  // namespace toolrack
