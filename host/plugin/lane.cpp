#include "plugin/lane.hpp"

#include <pthread.h>

#include <condition_variable>
#include <csignal>
#include <deque>
#include <thread>
#include <utility>

#include "base/mutex.hpp"

namespace toolrack::plugin {

// Shared with the threads: one that never returns from a plugin outlives the lane.
struct lane::state {
    state(std::string of, std::size_t threads, std::size_t queue)
        : name(std::move(of)), max_threads(threads), max_queued(queue) {}

    const std::string name;
    const std::size_t max_threads;
    const std::size_t max_queued;

    mutex guard;
    std::condition_variable work_available;
    std::condition_variable thread_exited;
    std::deque<std::function<void()>> queue TOOLRACK_GUARDED_BY(guard);
    std::size_t threads TOOLRACK_GUARDED_BY(guard) = 0;
    std::size_t idle TOOLRACK_GUARDED_BY(guard) = 0;
    bool closed TOOLRACK_GUARDED_BY(guard) = false;

    void run();
};

void lane::state::run() {
    unique_lock lock(guard);
    for (;;) {
        ++idle;
        while (!closed && queue.empty()) work_available.wait(lock.native());
        --idle;
        if (closed) break;
        auto work = std::move(queue.front());
        queue.pop_front();
        lock.unlock();
        work();
        work = nullptr;  // destroys its captures before the lock is taken
        lock.lock();
    }
    --threads;
    thread_exited.notify_all();
}

lane::lane(std::string name, std::size_t threads, std::size_t queue)
    : state_(std::make_shared<state>(std::move(name), threads, queue)) {}

lane::~lane() { close(std::chrono::milliseconds(0)); }

bool lane::try_post(std::function<void()> work) {
    auto& on = *state_;
    const lock_guard lock(on.guard);
    if (on.closed) return false;
    const bool has_free_thread = on.idle > on.queue.size();
    if (!has_free_thread && on.threads == on.max_threads && on.queue.size() >= on.max_queued) return false;
    on.queue.push_back(std::move(work));
    if (has_free_thread) {
        on.work_available.notify_one();
    } else if (on.threads < on.max_threads) {
        // Signals are handled by the main thread only.
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        std::thread worker([shared = state_] { shared->run(); });
        pthread_setname_np(worker.native_handle(), on.name.substr(0, 15).c_str());
        worker.detach();
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        ++on.threads;
    }
    return true;
}

std::size_t lane::close(std::chrono::milliseconds grace) {
    const auto end = std::chrono::steady_clock::now() + grace;
    auto& on = *state_;
    unique_lock lock(on.guard);
    on.closed = true;
    on.queue.clear();
    on.work_available.notify_all();
    while (on.threads != 0)
        if (on.thread_exited.wait_until(lock.native(), end) == std::cv_status::timeout) break;
    return on.threads;
}

}  // namespace toolrack::plugin
