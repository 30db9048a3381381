// The bounded queue of frames for a worker.
//
// A frame is sent at once as far as the socket takes it; nothing waits for the worker to read. Between two workers,
// frames that start a call wait for the next one. Guarded by its owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace toolrack::plugin {

class worker_write_queue {
public:
    // A call is accepted while less than this is queued. Its own frame may exceed the rest, so any valid call fits.
    static constexpr std::size_t max_queued = 8 * 1024 * 1024;

    // Sends to this socket from now on, beginning with what is queued.
    void attach(int socket);
    // The worker is gone. Drops frames that start no call, and the frame of which a part was sent; the others wait.
    void detach();

    // Queues the frame that starts `call`. False when the queue is full.
    bool push_call(std::uint64_t call, std::string frame);
    // Queues a frame for this worker only; ignored without one. False when the queue exceeds twice its bound.
    bool push(std::string frame);
    // Removes the frame of `call`; false when a part of it was sent, or it is not queued.
    bool withdraw(std::uint64_t call);
    std::vector<std::uint64_t> queued_calls() const;
    // Returns the calls that it drops.
    std::vector<std::uint64_t> clear();

    // Whether frames wait for the socket to become writable, and the function to call when it is.
    bool has_unsent() const noexcept { return socket_ >= 0 && !frames_.empty(); }
    void send_unsent();

private:
    struct entry {
        std::uint64_t call = 0;  // 0: the frame starts none
        std::string frame;
    };
    void append(entry next);

    int socket_ = -1;
    std::deque<entry> frames_;
    std::size_t sent_ = 0;   // bytes of the first frame
    std::size_t bytes_ = 0;  // of all frames
};

}  // namespace toolrack::plugin
