#include "plugin/process/worker.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/secret.hpp"
#include "base/text.hpp"
#include "plugin/process/listing.hpp"

namespace toolrack::plugin {
namespace {

using std::chrono::steady_clock;

constexpr auto loading_limit = std::chrono::seconds(10);
constexpr std::size_t longest_line = 1000;

constexpr std::string_view while_confined = "while it was confined";
constexpr std::string_view while_loaded = "while it was loaded and described";
constexpr std::string_view while_set_up = "while it was set up";
constexpr std::string_view while_listed = "while it listed its features";

std::string_view signal_name(int number) {
    switch (number) {
    case SIGSEGV: return "a segmentation fault";
    case SIGABRT: return "abort()";
    case SIGILL: return "an illegal instruction";
    case SIGFPE: return "an arithmetic fault";
    case SIGBUS: return "a bus error";
    case SIGSYS: return "a system call that it may not make";
    case SIGKILL: return "killed";
    default: return "a signal";
    }
}

[[noreturn]] void cannot_speak(int error) {
    throw failure(std::string("Cannot speak with a worker: ") + std::strerror(error) + ".", exit_code::software);
}

int milliseconds_until(worker::time until) {
    if (until == worker::time::max()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

}  // namespace

worker::worker(const program& program,
               std::string name,
               std::size_t longest_frame,
               wakeup_event& wakeup_event,
               log& log,
               std::unique_ptr<cgroup> group)
    : name_(std::move(name)), longest_frame_(longest_frame), wakeup_event_(wakeup_event), log_(log), group_(std::move(group)),
      intake_(longest_frame) {
    int ends[2], pipe_ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) cannot_speak(errno);
    socket_.reset(ends[0]);
    const toolrack::descriptor theirs(ends[1]);
    if (::pipe2(pipe_ends, O_CLOEXEC) != 0) cannot_speak(errno);
    printed_.reset(pipe_ends[0]);
    const toolrack::descriptor print_to(pipe_ends[1]);
    ::fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
    ::fcntl(printed_.get(), F_SETFL, O_NONBLOCK);
    // The name is for whoever looks at a list of processes.
    child_ = std::make_unique<child>(program, std::vector{name_}, print_to.get(), std::vector{theirs.get()});
    // It waits to be greeted, and has started nothing yet.
    if (group_ && !group_->add(child_->pid()))
        log_.warning("{}: it cannot be put into its cgroup: {}; its processes are limited one by one", name_,
                     std::strerror(errno));
}

worker::event worker::wait(time until, bool for_writing) {
    for (;;) {
        if (const auto body = intake_.next()) {
            if (auto read = read_frame<from_worker::any>(*body)) {
                message_ = std::move(*read);
                return event::said;
            }
            end("it sent what no worker sends (a message that cannot be read)");
        }
        if (intake_.is_broken()) end("it sent what no worker sends (a frame of an impossible length)");
        if (is_over_) return event::over;

        const short of_socket = for_writing ? POLLIN | POLLOUT : POLLIN;
        std::array<pollfd, 4> watched{pollfd{socket_.get(), of_socket, 0},
                                      pollfd{wakeup_event_.descriptor(), POLLIN, 0},
                                      pollfd{child_->descriptor(), POLLIN, 0},
                                      pollfd{printed_.get(), POLLIN, 0}};
        const int ready = ::poll(watched.data(), watched.size(), milliseconds_until(until));
        if (steady_clock::now() >= until) return event::late;  // however much is said meanwhile
        if (ready <= 0) continue;
        const auto& [socket, rung, ended, printed] = watched;
        const bool is_audible = socket.revents & (POLLIN | POLLHUP | POLLERR);
        if (printed.revents) read_printed();
        if (is_audible) is_over_ = !receive();
        else if (ended.revents) is_over_ = true;  // and all that it had to say has been read
        if (rung.revents) {
            wakeup_event_.quiet();
            return event::woken;
        }
        if (socket.revents & POLLOUT) return event::writable;
    }
}

// False at the end of what there is to hear.
bool worker::receive() {
    const auto room = intake_.room();
    const auto got = ::recv(socket_.get(), room.data(), room.size(), MSG_DONTWAIT);
    if (got > 0) intake_.received(static_cast<std::size_t>(got));
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

void worker::read_printed() {
    char piece[4096];
    const auto got = ::read(printed_.get(), piece, sizeof piece);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) printed_.reset();
    if (got <= 0) return;
    for (const char one : std::string_view(piece, static_cast<std::size_t>(got))) {
        if (one != '\n') line_ += one;
        if (one != '\n' && line_.size() < longest_line) continue;
        if (!line_.empty() && lines_.allows_another()) log_.info("{} printed: {}", name_, line_);
        line_.clear();
    }
}

bool worker::say(std::string_view frame, time until) {
    while (!frame.empty()) {
        const auto sent = ::send(socket_.get(), frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            frame.remove_prefix(static_cast<std::size_t>(sent));
            continue;
        }
        pollfd writable{socket_.get(), POLLOUT, 0};
        if (errno != EAGAIN && errno != EINTR) return false;
        if (steady_clock::now() >= until) return false;
        ::poll(&writable, 1, std::min(100, milliseconds_until(until)));
    }
    return true;
}

template <typename Message>
result<Message, complaint> worker::wait_for(time until, std::string_view while_it, const listener& others) {
    const auto limit = std::chrono::ceil<std::chrono::seconds>(until - steady_clock::now());
    for (;;) {
        const auto what = wait(until);
        if (what == event::late || what == event::over || (what == event::woken && wakeup_event_.is_called_off()))
            return failed(while_it, limit, what);
        if (what != event::said) continue;
        if (const auto* awaited = std::get_if<Message>(&message_)) return *awaited;
        if (const auto* unfit = std::get_if<from_worker::unfit>(&message_)) return complain(std::string(unfit->why));
        others(message_);
    }
}

complaint worker::failed(std::string_view while_it, std::chrono::seconds limit, event how) {
    if (how == event::woken) return complain("it is not wanted any more");
    if (how == event::late) {
        end("it took too long " + std::string(while_it));
        return complain("it was not done after " + std::to_string(limit.count()) + " s " + std::string(while_it));
    }
    const auto said = how_it_ended();
    const auto place = std::min(said.find(" ("), said.size());
    return complain(said.substr(0, place) + ' ' + std::string(while_it) + said.substr(place));
}

result<description, complaint> worker::introduce(const to_worker::hello& hello, const listener& others) {
    const auto until = steady_clock::now() + loading_limit;
    say(frame_of<to_worker::any>(hello), until);
    const auto confined = wait_for<from_worker::confined>(until, while_confined, others);
    if (!confined) return confined.error();
    lacks_ = {{confined->gaps.begin(), confined->gaps.end()}, {confined->remarks.begin(), confined->remarks.end()}};
    const auto said = wait_for<from_worker::described>(until, while_loaded, others);
    if (!said) return said.error();
    return read_description(said->id, said->version, said->abi_minor, said->description);
}

result<from_worker::created, complaint> worker::set_up(std::string_view options, const listener& others) {
    const auto until = steady_clock::now() + setup_limit;
    auto frame = frame_of<to_worker::any>(to_worker::create{options});
    say(frame, until);
    wipe(frame);
    return wait_for<from_worker::created>(until, while_set_up, others);
}

result<std::vector<feature>, complaint> worker::list(const listener& others) {
    const auto until = steady_clock::now() + setup_limit;
    say(frame_of<to_worker::any>(to_worker::list{}), until);
    listing all;
    const auto said = wait_for<from_worker::listed>(until, while_listed, [&](const from_worker::any& other) {
        if (const auto* feature = std::get_if<from_worker::feature>(&other)) all.add(*feature);
        else others(other);
    });
    if (!said) return said.error();
    all.end(said->is_known);
    return std::move(all).features();
}

void worker::end(std::string why) {
    if (why_ended_.empty()) why_ended_ = std::move(why);
    child_->kill();
    is_over_ = true;
}

std::string worker::how_it_ended() {
    // Its end of the socket is closed a moment before it is gone.
    constexpr std::chrono::milliseconds a_moment(200), long_enough(5000);
    auto ended = child_->wait(why_ended_.empty() ? a_moment : long_enough);
    if (!ended) {
        if (why_ended_.empty()) why_ended_ = "it stopped listening";
        child_->kill();
        ended = child_->wait(long_enough);
    }
    // What it printed last says most.
    for (std::size_t pieces = 0; printed_ && pieces < 16; ++pieces) {
        pollfd readable{printed_.get(), POLLIN, 0};
        if (::poll(&readable, 1, 0) <= 0) break;
        read_printed();
    }
    if (!why_ended_.empty()) return why_ended_;
    if (ended->signal)
        return "it crashed (" + std::string(signal_name(ended->signal)) + ", signal " +
               std::to_string(ended->signal) + ")";
    return "it ended the process (exit status " + std::to_string(ended->exit_status) + ")";
}

}  // namespace toolrack::plugin
