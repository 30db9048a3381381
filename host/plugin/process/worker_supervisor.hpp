// The worker supervisor: starts the worker of an instance, handles its messages, and starts the next one when it exits.
//
// One thread, from the first worker to the last. Messages are validated by the plugin callbacks; the calls are in
// worker_requests.
#pragma once

#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "base/secret.hpp"
#include "plugin/instance.hpp"
#include "plugin/plugin_callbacks.hpp"
#include "plugin/process/restart_policy.hpp"
#include "plugin/process/wakeup_event.hpp"
#include "plugin/process/worker.hpp"
#include "plugin/process/worker_requests.hpp"

namespace toolrack::plugin {

class worker_supervisor {
public:
    // All outlive it.
    worker_supervisor(const program& program,
                      std::filesystem::path library,
                      const config::plugin& settings,
                      const dependencies& around,
                      plugin_callbacks& callbacks,
                      worker_requests& requests,
                      wakeup_event& wakeup);
    worker_supervisor(const worker_supervisor&) = delete;
    worker_supervisor& operator=(const worker_supervisor&) = delete;
    ~worker_supervisor() { join(); }

    // Returns when the first worker has started; the error is the end of a sentence about the library.
    result<void, complaint> start();
    // After worker_requests::close(): returns when the last worker has exited.
    void join();

    // After start().
    const description& about() const noexcept { return about_; }
    // Without the options, which may contain secrets.
    const config::plugin& settings() const noexcept { return settings_; }
    bool offers_features() const noexcept { return offers_features_; }

private:
    std::unique_ptr<cgroup> make_group() const;
    void run(std::promise<result<void, complaint>> first);
    result<void, complaint> start_worker(worker& process, bool is_first);
    result<void, complaint> accept(description about);
    void log_confinement(const worker::confinement_notes& notes);
    void serve(worker& process);
    worker::time check_deadlines(worker& process);
    void handle(const from_worker::any& message);
    void log_exit(const std::string& why, std::size_t lost);
    const std::string& name() const noexcept { return settings_.name; }

    const program& program_;
    config::plugin settings_;
    const std::size_t longest_frame_;  // from a worker
    log& log_;
    const cgroup_tree* const groups_;
    plugin_callbacks& callbacks_;
    worker_requests& requests_;
    wakeup_event& wakeup_;
    const std::string confinement_;  // of each worker, as JSON
    secret options_;
    description about_;
    bool offers_features_ = false;

    // The thread's.
    restart_policy restart_policy_;
    bool has_answered_ = false;       // the current worker
    bool has_changed_lists_ = false;  // any worker
    std::thread thread_;              // last: it uses the other members
};

}  // namespace toolrack::plugin
