// `toolrack scan`: finds leaked tokens and signing keys in files, directories, or the files that git has staged.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"

namespace CLI {
class App;
}

namespace toolrack::cli {

class scan_command {
public:
    // Adds the command to `program`, which must outlive this.
    explicit scan_command(CLI::App& program);
    scan_command(const scan_command&) = delete;
    scan_command& operator=(const scan_command&) = delete;

    bool is_selected() const;
    // 1 when a token or key was found. Throws failure.
    int run() const;

private:
    std::vector<std::string> paths_;
    bool is_staged_ = false, as_json_ = false;
    CLI::App* command_;
};

}  // namespace toolrack::cli
