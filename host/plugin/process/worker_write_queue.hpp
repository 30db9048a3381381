// The write queue: what is still to be said to a worker, in order, and bounded.
//
// A frame is written at once as far as the worker's socket takes it, and never waited for: a worker that stops
// reading fills its write queue, and not its host. Between two lives what begins a call waits here for the next one.
// Guarded by its owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace toolrack::plugin {

class worker_write_queue {
public:
    // To be begun only while less than this waits. One more may be longer: so every call that may be, can be.
    static constexpr std::size_t most_waiting = 8 * 1024 * 1024;

    // From now on frames go to this socket, first those that have waited.
    void open(int socket);
    // Nobody hears any more. What does not begin a call is forgotten, and so is the call of which a part was
    // written; the others wait.
    void shut();

    // What begins `call`. False when too much is waiting.
    bool begin(std::uint64_t call, std::string frame);
    // What is of no use to another worker. False when far too much is waiting.
    bool add(std::string frame);
    // True when the call has not been begun, and will not be now.
    bool withdraw(std::uint64_t call);
    std::vector<std::uint64_t> waiting() const;
    std::vector<std::uint64_t> forget_all();

    // Whether the socket must be told to say when it takes more; and then, what to do.
    bool is_stuck() const noexcept { return socket_ >= 0 && !frames_.empty(); }
    void go_on();

private:
    struct entry {
        std::uint64_t call = 0;  // that it begins; 0 when it begins none
        std::string frame;
    };
    void put(entry next);

    int socket_ = -1;
    std::deque<entry> frames_;
    std::size_t written_ = 0;  // of the first
    std::size_t bytes_ = 0;    // of all
};

}  // namespace toolrack::plugin
