// A worker: one life of the process that a plugin runs in, as the host sees it.
//
// What the other end says is heard here frame by frame, and believed in nothing: a corrupt frame ends the worker.
// What it prints goes to the log, line by line and no faster than anybody reads. Used from one thread, its
// worker supervisor's; the kernel ends the process when that thread ends.
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
#include "plugin/process/wakeup_event.hpp"
#include "plugin/description.hpp"
#include "plugin/process/frame.hpp"
#include "plugin/instance.hpp"
#include "plugin/process/worker_messages.hpp"

namespace toolrack::plugin {

class worker {
public:
    using time = std::chrono::steady_clock::time_point;

    // Starts the process, in `group` if there is one. `alarm`, `log` and `program` outlive this. Throws failure when
    // it cannot be started.
    worker(const program& program,
           std::string name,
           std::size_t longest_frame,
           wakeup_event& wakeup_event,
           log& log,
           std::unique_ptr<cgroup> group = nullptr);

    enum class event {
        said,      // one message, see message()
        writable,  // the socket takes bytes again; when that was asked for
        woken,     // the alarm rang
        late,      // nothing of this until the time that was given
        over       // nothing more will be said: see how_it_ended()
    };
    event wait(time until, bool for_writing = false);
    // What was said, with views that are good until the next wait.
    const from_worker::any& message() const noexcept { return message_; }

    // Where frames go; does not block.
    int socket() const noexcept { return socket_.get(); }

    // The start of its life: it is confined, and then opens the library. The errors are ends of sentences about the
    // library. Whatever else it says meanwhile goes to `others`.
    using listener = std::function<void(const from_worker::any&)>;
    result<description, complaint> introduce(const to_worker::hello& hello, const listener& others);
    result<from_worker::created, complaint> set_up(std::string_view options, const listener& others);
    // What of its confinement could not be had, said before anything of the library had run.
    struct shortfalls {
        std::vector<std::string> gaps, remarks;
    };
    const shortfalls& lacks() const noexcept { return lacks_; }
    // For one that serves nobody.
    result<std::vector<feature>, complaint> list(const listener& others);

    // The reason that we had to end it: part of a sentence, "it ...".
    void end(std::string why);
    // Kills what is left, and says how it came to its end: "it crashed (a segmentation fault, signal 11)".
    std::string how_it_ended();

private:
    bool receive();
    void read_printed();
    bool say(std::string_view frame, time until);
    template <typename Message>
    result<Message, complaint> wait_for(time until, std::string_view while_it, const listener& others);
    complaint failed(std::string_view while_it, std::chrono::seconds limit, event how);

    std::string name_;
    std::size_t longest_frame_;
    wakeup_event& wakeup_event_;
    log& log_;
    toolrack::descriptor socket_, printed_;
    std::unique_ptr<cgroup> group_;  // before the child, which has to have ended when its group does
    std::unique_ptr<child> child_;
    frame_intake intake_;
    from_worker::any message_;
    shortfalls lacks_;
    std::string line_;        // of what it prints, not yet whole
    pace lines_{100};
    std::string why_ended_;   // by us
    bool is_over_ = false;
};

}  // namespace toolrack::plugin
