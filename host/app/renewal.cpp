#include "app/renewal.hpp"

#include <chrono>
#include <exception>
#include <utility>

namespace toolrack::app {

renewal::renewal(current_generation& current, hub& hub, maker reread)
    : current_(current), hub_(hub), reread_(std::move(reread)), thread_([this] { run(); }) {}

renewal::~renewal() { stop(); }

void renewal::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    something_to_do_.notify_one();
    if (thread_.joinable()) thread_.join();
    replaced_.clear();
}

void renewal::list_changed(mcp::list_kind kind) {
    {
        const std::lock_guard lock(mutex_);
        changed_.insert(kind);
    }
    something_to_do_.notify_one();
}

void renewal::read_again() {
    {
        const std::lock_guard lock(mutex_);
        wants_reread_ = true;
    }
    something_to_do_.notify_one();
}

void renewal::run() {
    constexpr auto look_after = std::chrono::milliseconds(200);  // at what was replaced, while there is any
    std::unique_lock lock(mutex_);
    for (;;) {
        const auto has_to_do = [this] { return stopped_ || wants_reread_ || !changed_.empty(); };
        if (replaced_.empty()) something_to_do_.wait(lock, has_to_do);
        else something_to_do_.wait_for(lock, look_after, has_to_do);
        if (stopped_) return;
        const bool reread = std::exchange(wants_reread_, false);
        auto kinds = std::exchange(changed_, {});
        lock.unlock();
        if (reread) kinds = {mcp::list_kind::tools, mcp::list_kind::prompts, mcp::list_kind::resources};
        if (!kinds.empty()) renew(reread);
        for (const auto kind : kinds) hub_.announcer.list_changed(kind);
        let_go_of_replaced();
        lock.lock();
    }
}

void renewal::renew(bool reread) {
    auto before = current_.get();
    if (!before) return;  // still being made: it is asked anyway
    try {
        auto next = reread ? reread_(*before) : std::make_shared<const generation>(*before);
        current_.set(next);
        next->take_over_from(*before);
        if (reread) hub_.log.info("the configuration was read again");
        replaced_.push_back(std::move(before));
    } catch (const std::exception& wrong) {
        if (reread) hub_.log.error("the configuration was not taken over, and nothing changed: {}", wrong.what());
        else hub_.log.error("the features could not be listed again; they stay as they were: {}", wrong.what());
    }
}

void renewal::let_go_of_replaced() {
    std::erase_if(replaced_, [](const auto& one) { return one.use_count() == 1; });
}

}  // namespace toolrack::app
