// The worker supervisor: has a worker, hears what it says, and has another one when that has ended.
//
// One thread, from the first life to the last. It knows of calls only what the dispatch tells, and believes a worker
// nothing: what it says is judged by the plugin callbacks.
#pragma once

#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "base/secret.hpp"
#include "plugin/process/wakeup_event.hpp"
#include "plugin/process/restart_policy.hpp"
#include "plugin/process/dispatch.hpp"
#include "plugin/instance.hpp"
#include "plugin/plugin_callbacks.hpp"
#include "plugin/process/worker.hpp"

namespace toolrack::plugin {

class worker_supervisor {
public:
    // All outlive it.
    worker_supervisor(const program& program,
           std::filesystem::path library,
           const config::plugin& settings,
           const dependencies& around,
           plugin_callbacks& plugin_callbacks,
           dispatch& dispatch,
           wakeup_event& wakeup_event);
    worker_supervisor(const worker_supervisor&) = delete;
    worker_supervisor& operator=(const worker_supervisor&) = delete;
    ~worker_supervisor() { join(); }

    // Returns when the first worker has begun, with what is wrong with the library when none can.
    result<void, complaint> begin();
    // After the dispatch was closed: returns when there is no worker any more.
    void join();

    // Once it has begun.
    const description& about() const noexcept { return about_; }
    // Without its options, which may hold secrets.
    const config::plugin& settings() const noexcept { return settings_; }
    bool offers_features() const noexcept { return offers_features_; }

private:
    std::unique_ptr<cgroup> make_group() const;
    void run(std::promise<result<void, complaint>> first);
    result<void, complaint> begin_life(worker& now, bool is_first);
    result<void, complaint> accept(description about);
    void tell_of(const worker::shortfalls& lacks);
    void serve(worker& now);
    worker::time look_after(worker& now);
    void heard(const from_worker::any& message);
    void tell_of_death(const std::string& why, std::size_t lost);
    const std::string& name() const noexcept { return settings_.name; }

    const program& program_;
    config::plugin settings_;
    const std::size_t longest_;  // frame that a worker may send
    log& log_;
    const cgroup_tree* const groups_;
    plugin_callbacks& plugin_callbacks_;
    dispatch& dispatch_;
    wakeup_event& wakeup_event_;
    const std::string confinement_;  // of each life
    secret options_;
    description about_;
    bool offers_features_ = false;

    // Of the thread.
    restart_policy restart_policy_;
    bool did_well_ = false;           // something was answered in this life
    bool has_changed_lists_ = false;  // in any life
    std::thread thread_;              // last: it uses the others
};

}  // namespace toolrack::plugin
