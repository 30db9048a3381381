#include "app/relister.hpp"

#include <exception>
#include <utility>

namespace toolrack::app {

relister::relister(current_generation& current, hub& hub)
    : current_(current), hub_(hub), thread_([this] { run(); }) {}

relister::~relister() { stop(); }

void relister::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    something_changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void relister::changed(mcp::list_kind kind) {
    {
        const std::lock_guard lock(mutex_);
        changed_.insert(kind);
    }
    something_changed_.notify_one();
}

void relister::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        something_changed_.wait(lock, [this] { return stopped_ || !changed_.empty(); });
        if (stopped_) return;
        const auto kinds = std::exchange(changed_, {});
        lock.unlock();
        relist();
        for (const auto kind : kinds) hub_.announcer.list_changed(kind);
        lock.lock();
    }
}

// What cannot be asked again stays as it was.
void relister::relist() {
    const auto before = current_.get();
    if (!before) return;  // still being made: it is asked anyway
    try {
        current_.set(std::make_shared<const generation>(*before));
    } catch (const std::exception& error) {
        hub_.log.error("the features could not be listed again; they stay as they were: {}", error.what());
    }
}

}  // namespace toolrack::app
