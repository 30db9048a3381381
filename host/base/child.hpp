// A child process that is given little, watched, and never left behind.
//
// It inherits no descriptor but those it is given, reads nothing, and what it prints goes to one of them. It sees
// the few variables that say where temporary files go and how to speak, works in "/", and has a process group of
// its own: whatever is left of that when the child has ended, or when this is let go of, is killed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.hpp"

namespace toolrack {

// The file of the program that is running.
std::string own_program();

// A program, held in such a way that the same one is started however often, whatever is put in its file's place.
// Throws failure when there is none.
class program {
public:
    explicit program(std::string file);

    const std::string& file() const noexcept { return file_; }
    int descriptor() const noexcept { return held_.get(); }

private:
    std::string file_;
    toolrack::descriptor held_;
};

class child {
public:
    // Descriptor 3 and the following are `given`, and what it prints goes to `printed`. The arguments do not
    // include the program's name. Throws failure when it cannot be started.
    child(const program& program, const std::vector<std::string>& arguments, int printed,
          const std::vector<int>& given);
    ~child();
    child(const child&) = delete;
    child& operator=(const child&) = delete;

    // To be polled: readable when it has ended.
    int descriptor() const noexcept { return held_.get(); }
    pid_t pid() const noexcept { return pid_; }

    // And all that it started in its group.
    void kill() noexcept;

    struct ending {
        int exit_status = 0;  // when it ended by itself
        int signal = 0;       // when a signal ended it
    };
    // Nothing when it has not ended within `limit`.
    std::optional<ending> wait(std::chrono::milliseconds limit) noexcept;

private:
    pid_t pid_ = 0;
    toolrack::descriptor held_;
    std::optional<ending> ended_;
};

}  // namespace toolrack
