// Where a command puts a secret that somebody asked for: on a terminal, into a new file that only its owner may
// read, or to a descriptor that was named. Never on the command line, and never by accident into a pipe or a log.
#pragma once

#include <string>

#include "base/secret.hpp"

namespace CLI {
class App;
}

namespace toolrack::cli {

class secret_target {
public:
    // --out FILE and --fd N. `what` is the secret's name in help and sentences: "token".
    void add_options(CLI::App& command, const std::string& what);

    // Throws failure when it could not be put there, before it is made. `beside_json`: standard output is taken.
    void check(bool beside_json) const;
    // With a line end behind it.
    void put(const secret& what) const;

private:
    void put_into_file(const secret& what) const;

    std::string what_, file_;
    int descriptor_ = -1;
};

}  // namespace toolrack::cli
