// A child process that is given little, watched, and ended when it takes too long.
//
// It inherits no descriptor but its standard error and one pipe to answer on (descriptor 3), reads
// nothing, prints nothing, and sees only the environment it is given.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace toolrack {

// Where a child writes its answer.
inline constexpr int answer_descriptor = 3;

struct child_answer {
    std::string text;            // what it wrote to descriptor 3, cut at `most` bytes
    bool timed_out = false;      // it was killed for taking too long
    bool too_long = false;       // it was killed for writing more than `most` bytes
    int exit_status = 0;         // when it ended by itself
    int signal = 0;              // when a signal ended it
};

// The file of the program that is running.
std::string own_program();

// Runs `program` with `arguments` (the program's own name excluded) to its end. Throws failure when it
// cannot be started. Blocks the caller: for start-up and for commands, not for I/O threads.
child_answer run_child(const std::string& program,
                       const std::vector<std::string>& arguments,
                       std::chrono::milliseconds time_limit,
                       std::size_t most);

}  // namespace toolrack
