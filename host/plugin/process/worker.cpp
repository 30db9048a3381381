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

constexpr std::string_view confining = "during confinement";
constexpr std::string_view loading = "during loading";
constexpr std::string_view creating = "during create()";
constexpr std::string_view listing_features = "during list()";

std::string_view signal_name(int number) {
    switch (number) {
    case SIGSEGV: return "a segmentation fault";
    case SIGABRT: return "abort()";
    case SIGILL: return "an illegal instruction";
    case SIGFPE: return "an arithmetic fault";
    case SIGBUS: return "a bus error";
    case SIGSYS: return "a forbidden system call";
    case SIGKILL: return "killed";
    default: return "a signal";
    }
}

[[noreturn]] void throw_no_channel(int error) {
    throw failure(std::string("Cannot create the channel to a worker: ") + std::strerror(error) + ".",
                  exit_code::software);
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
               wakeup_event& wakeup,
               log& log,
               std::unique_ptr<cgroup> group)
    : name_(std::move(name)), wakeup_(wakeup), log_(log), group_(std::move(group)), buffer_(longest_frame) {
    int ends[2], pipe_ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) throw_no_channel(errno);
    socket_.reset(ends[0]);
    const toolrack::descriptor theirs(ends[1]);
    if (::pipe2(pipe_ends, O_CLOEXEC) != 0) throw_no_channel(errno);
    output_.reset(pipe_ends[0]);
    const toolrack::descriptor their_output(pipe_ends[1]);
    ::fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
    ::fcntl(output_.get(), F_SETFL, O_NONBLOCK);
    // The name is an argument so that it shows in a list of processes.
    child_ = std::make_unique<child>(program, std::vector{name_}, their_output.get(), std::vector{theirs.get()});
    // The process waits for hello, and has started no other process yet.
    if (group_ && !group_->add(child_->pid()))
        log_.warning("{}: its worker cannot be moved into a cgroup: {}; limits apply to each of its processes alone",
                     name_,
                     std::strerror(errno));
}

worker::event worker::wait(time until, bool for_writing) {
    for (;;) {
        if (const auto body = buffer_.next()) {
            if (auto read = read_frame<from_worker::any>(*body)) {
                message_ = std::move(*read);
                return event::message;
            }
            stop("it sent an invalid message");
        }
        if (buffer_.is_broken()) stop("it sent a frame of an invalid length");
        if (has_exited_) return event::exited;

        const short of_socket = for_writing ? POLLIN | POLLOUT : POLLIN;
        std::array<pollfd, 4> watched{pollfd{socket_.get(), of_socket, 0},
                                      pollfd{wakeup_.descriptor(), POLLIN, 0},
                                      pollfd{child_->descriptor(), POLLIN, 0},
                                      pollfd{output_.get(), POLLIN, 0}};
        const int ready = ::poll(watched.data(), watched.size(), milliseconds_until(until));
        if (steady_clock::now() >= until) return event::timeout;  // even while messages keep coming
        if (ready <= 0) continue;
        const auto& [socket, wakeup, exited, output] = watched;
        const bool is_readable = socket.revents & (POLLIN | POLLHUP | POLLERR);
        if (output.revents) read_output();
        if (is_readable) has_exited_ = !receive();
        else if (exited.revents) has_exited_ = true;  // after all messages were read
        if (wakeup.revents) {
            wakeup_.clear();
            return event::woken;
        }
        if (socket.revents & POLLOUT) return event::writable;
    }
}

// False at the end of the stream.
bool worker::receive() {
    const auto room = buffer_.prepare();
    const auto got = ::recv(socket_.get(), room.data(), room.size(), MSG_DONTWAIT);
    if (got > 0) buffer_.commit(static_cast<std::size_t>(got));
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

void worker::read_output() {
    char piece[4096];
    const auto got = ::read(output_.get(), piece, sizeof piece);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) output_.reset();
    if (got <= 0) return;
    for (const char one : std::string_view(piece, static_cast<std::size_t>(got))) {
        if (one != '\n') output_line_ += one;
        if (one != '\n' && output_line_.size() < longest_line) continue;
        if (!output_line_.empty() && output_pace_.allows_another()) log_.info("{} printed: {}", name_, output_line_);
        output_line_.clear();
    }
}

bool worker::send(std::string_view frame, time until) {
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
result<Message, complaint> worker::wait_for(time until, std::string_view phase, const message_handler& on_message) {
    const auto limit = std::chrono::ceil<std::chrono::seconds>(until - steady_clock::now());
    for (;;) {
        const auto what = wait(until);
        if (what == event::timeout || what == event::exited || (what == event::woken && wakeup_.stop_requested()))
            return start_error(phase, limit, what);
        if (what != event::message) continue;
        if (const auto* awaited = std::get_if<Message>(&message_)) return *awaited;
        if (const auto* failed = std::get_if<from_worker::start_failed>(&message_))
            return complain(std::string(failed->why));
        on_message(message_);
    }
}

complaint worker::start_error(std::string_view phase, std::chrono::seconds limit, event how) {
    if (how == event::woken) return complain("it was stopped during its start");
    if (how == event::timeout) {
        stop("it timed out " + std::string(phase));
        return complain("it timed out after " + std::to_string(limit.count()) + " s " + std::string(phase));
    }
    const auto reason = exit_reason();
    const auto detail = std::min(reason.find(" ("), reason.size());
    return complain(reason.substr(0, detail) + ' ' + std::string(phase) + reason.substr(detail));
}

result<description, complaint> worker::load(const to_worker::hello& hello, const message_handler& on_message) {
    const auto until = steady_clock::now() + loading_limit;
    send(frame_of<to_worker::any>(hello), until);
    const auto confined = wait_for<from_worker::confined>(until, confining, on_message);
    if (!confined) return confined.error();
    confinement_ = {{confined->warnings.begin(), confined->warnings.end()},
                    {confined->debug.begin(), confined->debug.end()}};
    const auto described = wait_for<from_worker::described>(until, loading, on_message);
    if (!described) return described.error();
    return read_description(described->id, described->version, described->abi_minor, described->description);
}

result<from_worker::created, complaint> worker::create(std::string_view options, const message_handler& on_message) {
    const auto until = steady_clock::now() + setup_limit;
    auto frame = frame_of<to_worker::any>(to_worker::create{options});
    send(frame, until);
    wipe(frame);
    return wait_for<from_worker::created>(until, creating, on_message);
}

result<std::vector<feature>, complaint> worker::list(const message_handler& on_message) {
    const auto until = steady_clock::now() + setup_limit;
    send(frame_of<to_worker::any>(to_worker::list{}), until);
    listing all;
    const auto listed = wait_for<from_worker::listed>(until, listing_features, [&](const from_worker::any& other) {
        if (const auto* feature = std::get_if<from_worker::feature>(&other)) all.add(*feature);
        else on_message(other);
    });
    if (!listed) return listed.error();
    all.finish(listed->succeeded);
    return std::move(all).features();
}

void worker::stop(std::string why) {
    if (stop_reason_.empty()) stop_reason_ = std::move(why);
    child_->kill();
    has_exited_ = true;
}

std::string worker::exit_reason() {
    // The kernel closes the sockets of a process a moment before its exit can be waited for.
    constexpr std::chrono::milliseconds a_moment(200), long_enough(5000);
    auto ended = child_->wait(stop_reason_.empty() ? a_moment : long_enough);
    if (!ended) {
        if (stop_reason_.empty()) stop_reason_ = "it closed its socket";
        child_->kill();
        ended = child_->wait(long_enough);
    }
    // The last output often explains the exit.
    for (std::size_t pieces = 0; output_ && pieces < 16; ++pieces) {
        pollfd readable{output_.get(), POLLIN, 0};
        if (::poll(&readable, 1, 0) <= 0) break;
        read_output();
    }
    if (!stop_reason_.empty()) return stop_reason_;
    if (ended->signal)
        return "it crashed (" + std::string(signal_name(ended->signal)) + ", signal " + std::to_string(ended->signal) +
               ")";
    return "it exited (status " + std::to_string(ended->exit_status) + ")";
}

}  // namespace toolrack::plugin
