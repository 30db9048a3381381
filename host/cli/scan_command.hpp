// `toolrack scan`: looks for tokens and keys of ours where they should not be: in folders, or in what git is about
// to commit.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/leak_report.hpp"
#include "cli/staged.hpp"
#include "base/error.hpp"

namespace CLI {
class App;
}

namespace toolrack::cli {

class scan_command {
public:
    // Adds itself to the program, which must outlive it.
    explicit scan_command(CLI::App& program);
    scan_command(const scan_command&) = delete;
    scan_command& operator=(const scan_command&) = delete;

    bool is_asked_for() const;
    // 1 when something was found. Throws failure.
    int run() const;

private:
    std::vector<std::string> paths_;
    bool is_staged_ = false, as_json_ = false;
    CLI::App* command_;
};

}  // namespace toolrack::cli
