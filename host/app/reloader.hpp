// Renewal: makes the next generation, when the configuration is to be read again, something was dropped into a
// folder of plugins, or a plugin says that what it offers has changed; swaps it in, and only then tells the
// clients, so that whoever asks at once already gets the new lists.
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
#include <string>
#include <thread>
#include <vector>

#include "app/generation.hpp"
#include "app/process_state.hpp"
#include "mcp/notifier.hpp"

namespace toolrack::app {

// What became of a wish to read the configuration again.
struct renewed {
    std::string refused;                  // why nothing changed; empty when it was taken over
    std::vector<std::string> complaints;  // what is not served as the configuration says, a sentence each
};

class reloader {
public:
    enum class from { the_configuration, the_folders };  // the latter with the settings that are in use
    using maker = std::function<std::shared_ptr<const generation>(from source, const generation& before)>;
    using hearer = std::function<void(const renewed&)>;

    // Who wants to know whenever something is read, whoever wished for it. Called on the renewal's thread, in turn,
    // and may be empty.
    struct watcher {
        std::function<void()> begins, is_over;
    };

    // `make` makes the next generation, or throws. Both others outlive this.
    reloader(current_generation& current, process_state& process_state, maker make, watcher watcher = {});
    ~reloader();
    reloader(const reloader&) = delete;
    reloader& operator=(const reloader&) = delete;

    // Any thread. None does anything once stopped.
    void list_changed(mcp::list_kind kind);
    void folders_changed();
    // `hear` is told once what came of it, on the renewal's thread; not at all when it is stopped before.
    void read_again(hearer hear = nullptr);

    // Nothing is made any more, and whoever waits for a plugin of what was replaced goes on without an answer. How
    // many there were.
    std::size_t cut_off();

    // Returns when nothing is made any more, and lets go of what was replaced.
    void stop();

private:
    // What is wished for, all that came while one was being fulfilled together.
    struct wishes {
        std::set<mcp::list_kind> lists;
        bool folders = false;
        bool configuration = false;
        std::vector<hearer> hearers;

        bool are_none() const { return lists.empty() && !folders && !configuration; }
    };

    void end();
    void wish(const std::function<void(wishes&)>& add);
    void run();
    void fulfil(const wishes& now);
    bool read(from source, renewed& outcome);
    bool list_again();
    void announce(const std::set<mcp::list_kind>& lists);
    void swap_in(std::shared_ptr<const generation> next, std::shared_ptr<const generation> before);
    void let_go_of_replaced();

    current_generation& current_;
    process_state& process_state_;
    const maker make_;
    const watcher watcher_;
    std::mutex mutex_;
    std::condition_variable something_to_do_;
    wishes wishes_;
    bool stopped_ = false;
    std::vector<std::shared_ptr<const generation>> replaced_;  // of the thread
    std::thread thread_;
};

}  // namespace toolrack::app
