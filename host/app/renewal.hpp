// Renewal: makes the next generation, when the configuration is to be read again or a plugin says that what
// it offers has changed, swaps it in, and only then tells the clients, so that whoever asks at once already
// gets the new lists.
//
// On a thread of its own, because plugins may take their time; several wishes at once are one. A next
// generation that cannot be made changes nothing. Generations that were replaced end here, too, once nobody
// is on them: never on a thread that serves others.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "app/generation.hpp"
#include "app/hub.hpp"
#include "mcp/announcer.hpp"

namespace toolrack::app {

class renewal {
public:
    using maker = std::function<std::shared_ptr<const generation>(const generation& before)>;

    // `reread` makes a generation from the configuration as it is now, or throws. Both others outlive this.
    renewal(current_generation& current, hub& hub, maker reread);
    ~renewal();
    renewal(const renewal&) = delete;
    renewal& operator=(const renewal&) = delete;

    // Any thread. Neither does anything once stopped.
    void list_changed(mcp::list_kind kind);
    void read_again();

    // Returns when nothing is made any more, and lets go of what was replaced.
    void stop();

private:
    void run();
    void renew(bool reread);
    void let_go_of_replaced();

    current_generation& current_;
    hub& hub_;
    const maker reread_;
    std::mutex mutex_;
    std::condition_variable something_to_do_;
    std::set<mcp::list_kind> changed_;
    bool wants_reread_ = false;
    bool stopped_ = false;
    std::vector<std::shared_ptr<const generation>> replaced_;  // of the thread
    std::thread thread_;
};

}  // namespace toolrack::app
