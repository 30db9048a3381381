// Where a command shows a secret, once: to a person at a terminal, to a new file, or to a descriptor that the
// caller named. Never into a pipe or a file by accident, and never from the command line.
#pragma once

#include <optional>
#include <string>

#include "base/secret.hpp"

namespace toolrack::app {

struct secret_output {
    std::string file;               // made with mode 0600; must not exist
    std::optional<int> descriptor;  // or this one

    // Throws failure (exit 64) when the secret would go nowhere safe. Before it is made: one that nobody saw
    // is of no use.
    void check() const;
    void write(const secret& shown) const;
};

// From standard input: one line, without its end. Throws failure when there is none.
secret read_secret_from_input();

}  // namespace toolrack::app
