#include "app/reloader.hpp"

#include <chrono>
#include <exception>
#include <utility>

namespace toolrack::app {
namespace {

const std::set all_lists{mcp::list_kind::tools, mcp::list_kind::prompts, mcp::list_kind::resources};

}  // namespace

reloader::reloader(current_generation& current, process_state& process_state, maker make, watcher watcher)
    : current_(current), process_state_(process_state), make_(std::move(make)), watcher_(std::move(watcher)), thread_([this] { run(); }) {}

reloader::~reloader() { stop(); }

void reloader::stop() {
    end();
    replaced_.clear();
}

std::size_t reloader::cut_off() {
    end();
    std::size_t count = 0;
    for (const auto& one : replaced_) count += one->cut_off();
    return count;
}

void reloader::end() {
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    something_to_do_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void reloader::wish(const std::function<void(wishes&)>& add) {
    {
        const std::lock_guard lock(mutex_);
        add(wishes_);
    }
    something_to_do_.notify_one();
}

void reloader::list_changed(mcp::list_kind kind) {
    wish([kind](wishes& now) { now.lists.insert(kind); });
}

void reloader::folders_changed() {
    wish([](wishes& now) { now.folders = true; });
}

void reloader::read_again(hearer hear) {
    wish([&hear](wishes& now) {
        now.configuration = true;
        if (hear) now.hearers.push_back(std::move(hear));
    });
}

void reloader::run() {
    constexpr auto look_after = std::chrono::milliseconds(200);  // at what was replaced, while there is any
    std::unique_lock lock(mutex_);
    for (;;) {
        const auto has_to_do = [this] { return stopped_ || !wishes_.are_none(); };
        if (replaced_.empty()) something_to_do_.wait(lock, has_to_do);
        else something_to_do_.wait_for(lock, look_after, has_to_do);
        if (stopped_) return;
        const auto now = std::exchange(wishes_, {});
        lock.unlock();
        if (!now.are_none()) fulfil(now);
        let_go_of_replaced();
        lock.lock();
    }
}

void reloader::fulfil(const wishes& now) {
    renewed outcome;
    if (!current_.get()) return;  // still being made: it reads everything anyway
    const bool reads = now.configuration || now.folders;
    if (reads && watcher_.begins) watcher_.begins();
    if (reads && read(now.configuration ? from::the_configuration : from::the_folders, outcome)) announce(all_lists);
    else if (!now.lists.empty() && list_again()) announce(now.lists);
    if (reads && watcher_.is_over) watcher_.is_over();
    for (const auto& hear : now.hearers) hear(outcome);
}

// Whether there is anything new.
bool reloader::read(from source, renewed& outcome) {
    const char* const what = source == from::the_configuration ? "the configuration" : "the folders of plugins";
    try {
        auto before = current_.get();
        auto next = make_(source, *before);
        outcome.complaints = next->report().complaints;
        if (source == from::the_folders && next->has_instances_of(*before)) return false;
        swap_in(std::move(next), std::move(before));
        if (source == from::the_configuration) process_state_.last_reading.was_taken_over();
        process_state_.log.info("{} {} read again", what, source == from::the_configuration ? "was" : "were");
        return true;
    } catch (const std::exception& wrong) {
        outcome.refused = wrong.what();
        if (source == from::the_configuration) process_state_.last_reading.was_refused(outcome.refused);
        process_state_.log.error("{} could not be taken over, and nothing changed: {}", what, wrong.what());
        return false;
    }
}

bool reloader::list_again() {
    try {
        auto before = current_.get();
        auto next = std::make_shared<const generation>(*before);
        swap_in(std::move(next), std::move(before));
        return true;
    } catch (const std::exception& wrong) {
        process_state_.log.error("the features could not be listed again; they stay as they were: {}", wrong.what());
        return false;
    }
}

void reloader::announce(const std::set<mcp::list_kind>& lists) {
    for (const auto kind : lists) process_state_.notifier.list_changed(kind);
}

void reloader::swap_in(std::shared_ptr<const generation> next, std::shared_ptr<const generation> before) {
    current_.set(next);
    next->take_over_from(*before);
    replaced_.push_back(std::move(before));
}

void reloader::let_go_of_replaced() {
    std::erase_if(replaced_, [](const auto& one) { return one.use_count() == 1; });
}

}  // namespace toolrack::app
