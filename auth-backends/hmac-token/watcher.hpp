// Notices that files change: at once where the kernel tells, and within a second everywhere else.
//
// Asks the folders, because a file that is replaced by renaming is another file. Owns one thread, which is gone
// when the watcher is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <thread>
#include <vector>

class watcher {
public:
    // Both are called on the watcher's thread: `changed` when one of the files may hold something else now,
    // `second` about once a second.
    watcher(std::vector<std::filesystem::path> files, std::function<void()> changed, std::function<void()> second);
    ~watcher();
    watcher(const watcher&) = delete;
    watcher& operator=(const watcher&) = delete;

private:
    class descriptor {
    public:
        explicit descriptor(int number) noexcept : number_(number) {}
        ~descriptor();
        descriptor(const descriptor&) = delete;
        descriptor& operator=(const descriptor&) = delete;
        int number() const noexcept { return number_; }

    private:
        const int number_;
    };
    // What tells a file from the one that was there before.
    using stamp = std::vector<std::int64_t>;

    void watch();
    bool was_told() const;  // whether the kernel named one of the files
    std::vector<stamp> stamps() const;

    const std::vector<std::filesystem::path> files_;
    const std::function<void()> changed_, second_;
    const descriptor end_, told_;
    std::thread thread_;
};
