#include "plugin/process/worker_write_queue.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace toolrack::plugin {

void worker_write_queue::attach(int socket) {
    socket_ = socket;
    send_unsent();
}

void worker_write_queue::detach() {
    socket_ = -1;
    if (sent_ > 0) frames_.front().call = 0;
    sent_ = 0;
    std::erase_if(frames_, [](const entry& one) { return one.call == 0; });
    bytes_ = 0;
    for (const auto& one : frames_) bytes_ += one.frame.size();
}

bool worker_write_queue::push_call(std::uint64_t call, std::string frame) {
    if (bytes_ >= max_queued) return false;
    append({call, std::move(frame)});
    return true;
}

bool worker_write_queue::push(std::string frame) {
    if (bytes_ >= 2 * max_queued) return false;
    if (socket_ >= 0) append({0, std::move(frame)});
    return true;
}

void worker_write_queue::append(entry next) {
    bytes_ += next.frame.size();
    frames_.push_back(std::move(next));
    if (frames_.size() == 1) send_unsent();
}

// An error means that the worker is gone. The reader handles that; the queue waits for the next worker.
void worker_write_queue::send_unsent() {
    while (has_unsent()) {
        const auto& frame = frames_.front().frame;
        const auto sent = ::send(socket_, frame.data() + sent_, frame.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return;
        sent_ += static_cast<std::size_t>(sent);
        if (sent_ < frame.size()) continue;
        bytes_ -= frame.size();
        frames_.pop_front();
        sent_ = 0;
    }
}

bool worker_write_queue::withdraw(std::uint64_t call) {
    const auto first = frames_.begin() + (sent_ > 0 ? 1 : 0);
    const auto found = std::find_if(first, frames_.end(), [call](const entry& one) { return one.call == call; });
    if (found == frames_.end()) return false;
    bytes_ -= found->frame.size();
    frames_.erase(found);
    return true;
}

std::vector<std::uint64_t> worker_write_queue::queued_calls() const {
    std::vector<std::uint64_t> calls;
    for (std::size_t i = sent_ > 0 ? 1 : 0; i < frames_.size(); ++i)
        if (frames_[i].call) calls.push_back(frames_[i].call);
    return calls;
}

std::vector<std::uint64_t> worker_write_queue::clear() {
    auto calls = queued_calls();
    frames_.clear();
    sent_ = bytes_ = 0;
    return calls;
}

}  // namespace toolrack::plugin
