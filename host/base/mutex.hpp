// A mutex and its guards that clang's thread safety analysis understands (-Wthread-safety). libstdc++ does not annotate
// std::mutex, so the analysis cannot check it.
//
// Usage: declare `mutex mutex_;`, then `int count_ TOOLRACK_GUARDED_BY(mutex_);`, and mark a private function that
// expects the lock with TOOLRACK_REQUIRES(mutex_).
#pragma once

#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define TOOLRACK_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define TOOLRACK_THREAD_ANNOTATION(x)
#endif
#define TOOLRACK_GUARDED_BY(x) TOOLRACK_THREAD_ANNOTATION(guarded_by(x))
#define TOOLRACK_REQUIRES(...) TOOLRACK_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define TOOLRACK_EXCLUDES(...) TOOLRACK_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define TOOLRACK_NO_THREAD_ANALYSIS TOOLRACK_THREAD_ANNOTATION(no_thread_safety_analysis)

namespace toolrack {

class TOOLRACK_THREAD_ANNOTATION(capability("mutex")) mutex {
public:
    void lock() TOOLRACK_THREAD_ANNOTATION(acquire_capability()) { native_.lock(); }
    void unlock() TOOLRACK_THREAD_ANNOTATION(release_capability()) { native_.unlock(); }

private:
    friend class unique_lock;
    std::mutex native_;
};

// Holds a mutex for a scope.
class TOOLRACK_THREAD_ANNOTATION(scoped_lockable) lock_guard {
public:
    explicit lock_guard(mutex& held) TOOLRACK_THREAD_ANNOTATION(acquire_capability(held)) : held_(held) {
        held_.lock();
    }
    ~lock_guard() TOOLRACK_THREAD_ANNOTATION(release_capability()) { held_.unlock(); }
    lock_guard(const lock_guard&) = delete;
    lock_guard& operator=(const lock_guard&) = delete;

private:
    mutex& held_;
};

// A lock that can be released early and that a condition variable can wait with:
// `while (queue_.empty()) ready_.wait(lock.native());`. Write the loop out: the analysis does not see into the lambda
// of wait(lock, predicate).
class TOOLRACK_THREAD_ANNOTATION(scoped_lockable) unique_lock {
public:
    explicit unique_lock(mutex& held) TOOLRACK_THREAD_ANNOTATION(acquire_capability(held)) : native_(held.native_) {}
    ~unique_lock() TOOLRACK_THREAD_ANNOTATION(release_capability()) {}
    unique_lock(const unique_lock&) = delete;
    unique_lock& operator=(const unique_lock&) = delete;

    void lock() TOOLRACK_THREAD_ANNOTATION(acquire_capability()) { native_.lock(); }
    void unlock() TOOLRACK_THREAD_ANNOTATION(release_capability()) { native_.unlock(); }
    std::unique_lock<std::mutex>& native() noexcept { return native_; }

private:
    std::unique_lock<std::mutex> native_;
};

}  // namespace toolrack
