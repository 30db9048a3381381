// A worker: one process that runs a plugin, from start to exit, as the host sees it.
//
// Its messages are not trusted: an invalid frame stops it. What it prints goes to the log, line by line and
// rate-limited. Used from one thread, the supervisor's; the kernel kills the process when that thread exits.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/cgroup.hpp"
#include "base/child.hpp"
#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/pace.hpp"
#include "plugin/description.hpp"
#include "plugin/instance.hpp"
#include "plugin/process/frame.hpp"
#include "plugin/process/wakeup_event.hpp"
#include "plugin/process/worker_messages.hpp"

namespace toolrack::plugin {

class worker {
public:
    using time = std::chrono::steady_clock::time_point;

    // Starts the process, in `group` if there is one. `wakeup`, `log` and `program` outlive this. Throws failure.
    worker(const program& program,
           std::string name,
           std::size_t longest_frame,
           wakeup_event& wakeup,
           log& log,
           std::unique_ptr<cgroup> group = nullptr);

    enum class event {
        message,   // see message()
        writable,  // the socket accepts bytes again; only with for_writing
        woken,     // the wakeup event was signalled
        timeout,   // none of these until the given time
        exited     // no more messages: see exit_reason()
    };
    event wait(time until, bool for_writing = false);
    // Its views are valid until the next wait().
    const from_worker::any& message() const noexcept { return message_; }

    // For frames to the worker; non-blocking.
    int socket() const noexcept { return socket_.get(); }

    // The start: the process confines itself, opens the library, and creates the instance. The errors are ends of
    // sentences about the library. Other messages go to `on_message`.
    using message_handler = std::function<void(const from_worker::any&)>;
    result<description, complaint> load(const to_worker::hello& hello, const message_handler& on_message);
    result<from_worker::created, complaint> create(std::string_view options, const message_handler& on_message);
    // The restrictions that the kernel could not apply; complete before any code of the library ran.
    struct confinement_notes {
        std::vector<std::string> warnings, debug;
    };
    const confinement_notes& confinement() const noexcept { return confinement_; }
    // Only before calls are sent.
    result<std::vector<feature>, complaint> list(const message_handler& on_message);

    // Kills the process. The reason is part of a sentence, "it ...".
    void stop(std::string why);
    // Waits for the exit, kills the process if needed, and says how it ended: "it crashed (a segmentation fault, ...)".
    std::string exit_reason();

private:
    bool receive();
    void read_output();
    bool send(std::string_view frame, time until);
    template <typename Message>
    result<Message, complaint> wait_for(time until, std::string_view phase, const message_handler& on_message);
    complaint start_error(std::string_view phase, std::chrono::seconds limit, event how);

    std::string name_;
    wakeup_event& wakeup_;
    log& log_;
    toolrack::descriptor socket_, output_;
    std::unique_ptr<cgroup> group_;  // destroyed after the child: an empty group only can be removed
    std::unique_ptr<child> child_;
    frame_buffer buffer_;
    from_worker::any message_;
    confinement_notes confinement_;
    std::string output_line_;  // incomplete
    pace output_pace_{100};
    std::string stop_reason_;  // empty unless stop() was called
    bool has_exited_ = false;
};

}  // namespace toolrack::plugin
