// A child process with a minimal environment, which is killed and reaped when its object is destroyed.
//
// It inherits only the descriptors that are passed to it, its standard input is /dev/null, and its output goes to one
// descriptor. It gets the environment variables for temporary files and the locale, works in "/", and has a process
// group of its own. What is left of that group when the child ends, or when the object is destroyed, is killed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.hpp"

namespace toolrack {

// The path of the running executable.
std::string own_program();

// An executable, held open so that every start runs the same file, even after its path was replaced (a package
// upgrade). The constructor throws failure when the file cannot be opened.
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
    // The descriptors in `given` become 3, 4, ... in the child; its output goes to `printed`. `arguments` does not
    // include the name of the program. Throws failure when the program cannot be started.
    child(const program& program,
          const std::vector<std::string>& arguments,
          int printed,
          const std::vector<int>& given);
    ~child();
    child(const child&) = delete;
    child& operator=(const child&) = delete;

    // A pidfd: readable when the child has ended.
    int descriptor() const noexcept { return held_.get(); }
    pid_t pid() const noexcept { return pid_; }

    // Kills the whole process group.
    void kill() noexcept;

    struct ending {
        int exit_status = 0;  // when it exited
        int signal = 0;       // when a signal ended it
    };
    // Empty when it has not ended within `limit`.
    std::optional<ending> wait(std::chrono::milliseconds limit) noexcept;

private:
    pid_t pid_ = 0;
    toolrack::descriptor held_;
    std::optional<ending> ended_;
};

}  // namespace toolrack
