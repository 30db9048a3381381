// Replaces the current generation while the server runs.
//
// It makes the next generation when the configuration is to be reloaded, when a plugin directory changed, or when a
// plugin announced that its lists changed. It swaps the generation first and notifies clients then, so that a client
// that asks at once gets the new lists. A generation that cannot be made changes nothing.
//
// All of this runs on a thread of its own, because plugins may be slow to start. Requests that arrive meanwhile are
// merged. The thread also destroys replaced generations, once no request uses them: that never happens on an I/O
// thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "app/current_generation.hpp"
#include "app/process_state.hpp"
#include "base/mutex.hpp"
#include "mcp/notifier.hpp"

namespace toolrack::app {

struct reload_result {
    std::string error;                  // why nothing changed; empty after success
    std::vector<std::string> problems;  // what is not served as configured, a sentence each
};

class reloader {
public:
    enum class source { configuration, plugin_directories };  // the latter with the settings that are in use
    // Makes the next generation, or throws.
    using loader = std::function<std::shared_ptr<const generation>(source from, const generation& previous)>;
    using callback = std::function<void(const reload_result&)>;

    // Called on the thread of the reloader around each load. Each may be empty.
    struct observer {
        std::function<void()> on_begin, on_end;
    };

    // `current` and `process_state` outlive this.
    reloader(current_generation& current, process_state& process_state, loader load, observer observer = {});
    ~reloader();
    reloader(const reloader&) = delete;
    reloader& operator=(const reloader&) = delete;

    // Any thread. They do nothing once stopped.
    void list_changed(mcp::list_kind kind);
    void plugin_directories_changed();
    // Calls `done` once with the result, on the thread of the reloader; not at all when it is stopped before.
    void reload(callback done = nullptr);

    // Stops the thread and ends the waits for plugins of replaced generations. Returns the number of calls that waited.
    std::size_t interrupt_calls();

    // Stops the thread and destroys the replaced generations.
    void stop();

private:
    // Everything that was requested while the thread was busy.
    struct requests {
        std::set<mcp::list_kind> lists;
        bool plugin_directories = false;
        bool configuration = false;
        std::vector<callback> callbacks;

        bool are_none() const { return lists.empty() && !plugin_directories && !configuration; }
    };

    void stop_thread();
    void request(const std::function<void(requests&)>& add);
    void run();
    void serve(const requests& pending);
    bool load(source from, reload_result& result);
    bool read_lists_again();
    void notify_clients(const std::set<mcp::list_kind>& lists);
    void replace(std::shared_ptr<const generation> previous, std::shared_ptr<const generation> next);
    void destroy_unused();

    current_generation& current_;
    process_state& process_state_;
    const loader load_;
    const observer observer_;
    mutex mutex_;
    std::condition_variable wakeup_;
    requests pending_ TOOLRACK_GUARDED_BY(mutex_);
    bool is_stopped_ TOOLRACK_GUARDED_BY(mutex_) = false;
    std::vector<std::shared_ptr<const generation>> replaced_;  // used by the thread, and by others once it has stopped
    std::thread thread_;
};

}  // namespace toolrack::app
