// Where a command writes a secret: to a terminal, to a new file that only its owner can read, or to a descriptor that
// the caller names. Never to a pipe or a log by accident.
#pragma once

#include <string>

#include "base/secret.hpp"

namespace CLI {
class App;
}

namespace toolrack::cli {

class secret_output {
public:
    // Adds --out FILE and --fd N. `noun` names the secret in the help and in sentences: "token".
    void add_options(CLI::App& command, const std::string& noun);

    // Throws failure when the secret cannot be written. Call it before the secret is created. `prints_json`: standard
    // output is used for JSON.
    void check(bool prints_json) const;
    // Appends a line end.
    void write(const secret& written) const;

private:
    void write_file(const secret& written) const;

    std::string noun_, file_;
    int descriptor_ = -1;
};

}  // namespace toolrack::cli
