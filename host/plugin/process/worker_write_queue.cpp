#include "plugin/process/worker_write_queue.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace toolrack::plugin {

void worker_write_queue::open(int socket) {
    socket_ = socket;
    go_on();
}

void worker_write_queue::shut() {
    socket_ = -1;
    if (written_ > 0) frames_.front().call = 0;
    written_ = 0;
    std::erase_if(frames_, [](const entry& one) { return one.call == 0; });
    bytes_ = 0;
    for (const auto& one : frames_) bytes_ += one.frame.size();
}

bool worker_write_queue::begin(std::uint64_t call, std::string frame) {
    if (bytes_ >= most_waiting) return false;
    put({call, std::move(frame)});
    return true;
}

bool worker_write_queue::add(std::string frame) {
    if (bytes_ >= 2 * most_waiting) return false;
    if (socket_ >= 0) put({0, std::move(frame)});
    return true;
}

void worker_write_queue::put(entry next) {
    bytes_ += next.frame.size();
    frames_.push_back(std::move(next));
    if (frames_.size() == 1) go_on();
}

// An error is left to who reads: the worker is at its end, and what is here waits for the next one.
void worker_write_queue::go_on() {
    while (is_stuck()) {
        const auto& frame = frames_.front().frame;
        const auto sent = ::send(socket_, frame.data() + written_, frame.size() - written_,
                                 MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return;
        written_ += static_cast<std::size_t>(sent);
        if (written_ < frame.size()) continue;
        bytes_ -= frame.size();
        frames_.pop_front();
        written_ = 0;
    }
}

bool worker_write_queue::withdraw(std::uint64_t call) {
    const auto first = frames_.begin() + (written_ > 0 ? 1 : 0);
    const auto found = std::find_if(first, frames_.end(), [call](const entry& one) { return one.call == call; });
    if (found == frames_.end()) return false;
    bytes_ -= found->frame.size();
    frames_.erase(found);
    return true;
}

std::vector<std::uint64_t> worker_write_queue::waiting() const {
    std::vector<std::uint64_t> calls;
    for (std::size_t i = written_ > 0 ? 1 : 0; i < frames_.size(); ++i)
        if (frames_[i].call) calls.push_back(frames_[i].call);
    return calls;
}

std::vector<std::uint64_t> worker_write_queue::forget_all() {
    auto calls = waiting();
    frames_.clear();
    written_ = bytes_ = 0;
    return calls;
}

}  // namespace toolrack::plugin
