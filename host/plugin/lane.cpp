#include "plugin/lane.hpp"

#include <pthread.h>

#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace toolrack::plugin {

// Shared with the threads, because one that never comes back from a plugin outlives its lane.
struct lane::state {
    std::string name;
    std::size_t most_threads;
    std::size_t most_queued;

    std::mutex mutex;
    std::condition_variable something_to_do;
    std::condition_variable thread_left;
    std::deque<std::function<void()>> queue;
    std::size_t threads = 0;
    std::size_t idle = 0;
    bool closed = false;

    void run();
};

void lane::state::run() {
    std::unique_lock lock(mutex);
    for (;;) {
        ++idle;
        something_to_do.wait(lock, [this] { return closed || !queue.empty(); });
        --idle;
        if (closed) break;
        auto work = std::move(queue.front());
        queue.pop_front();
        lock.unlock();
        work();
        work = nullptr;  // what it held goes before the lock is taken
        lock.lock();
    }
    --threads;
    thread_left.notify_all();
}

lane::lane(std::string name, std::size_t threads, std::size_t queue) : state_(std::make_shared<state>()) {
    state_->name = std::move(name);
    state_->most_threads = threads;
    state_->most_queued = queue;
}

lane::~lane() { close(std::chrono::milliseconds(0)); }

bool lane::give(std::function<void()> work) {
    const std::lock_guard lock(state_->mutex);
    if (state_->closed) return false;
    const bool somebody_is_free = state_->idle > state_->queue.size();
    if (!somebody_is_free && state_->threads == state_->most_threads &&
        state_->queue.size() >= state_->most_queued)
        return false;
    state_->queue.push_back(std::move(work));
    if (somebody_is_free) {
        state_->something_to_do.notify_one();
    } else if (state_->threads < state_->most_threads) {
        // Signals are the main thread's business.
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        std::thread worker([shared = state_] { shared->run(); });
        pthread_setname_np(worker.native_handle(), state_->name.substr(0, 15).c_str());
        worker.detach();
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        ++state_->threads;
    }
    return true;
}

std::size_t lane::close(std::chrono::milliseconds grace) {
    std::unique_lock lock(state_->mutex);
    state_->closed = true;
    state_->queue.clear();
    state_->something_to_do.notify_all();
    state_->thread_left.wait_for(lock, grace, [this] { return state_->threads == 0; });
    return state_->threads;
}

}  // namespace toolrack::plugin
