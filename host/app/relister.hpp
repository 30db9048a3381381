// The relister: when a plugin says that what it offers has changed, asks again, and only then tells the
// clients, so that whoever asks at once already gets the new list.
//
// On a thread of its own, because plugins may take their time. Several changes at once are one.
#pragma once

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "app/generation.hpp"
#include "app/hub.hpp"
#include "mcp/announcer.hpp"

namespace toolrack::app {

class relister {
public:
    // Both outlive it.
    relister(current_generation& current, hub& hub);
    ~relister();
    relister(const relister&) = delete;
    relister& operator=(const relister&) = delete;

    // Any thread. Does nothing once stopped.
    void changed(mcp::list_kind kind);

    // Returns when nothing is asked any more.
    void stop();

private:
    void run();
    void relist();

    current_generation& current_;
    hub& hub_;
    std::mutex mutex_;
    std::condition_variable something_changed_;
    std::set<mcp::list_kind> changed_;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace toolrack::app
