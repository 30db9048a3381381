// The output of `toolrack scan`: prints a line for each leak as it is found, without the secret.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "token/secret_scanner.hpp"

namespace toolrack::cli {

class leak_report {
public:
    explicit leak_report(bool as_json) : as_json_(as_json) {}

    // `name` is the name of the file; a secret in it is redacted.
    void add_leak(const std::string& name, const token::finding& leak);
    void add_unreadable(const std::string& name, const std::string& reason);
    void count_file() { ++files_; }
    // Prints the summary. `is_quiet`: only when something was found.
    void finish(bool is_quiet) const;

    bool has_leaks() const { return tokens_ + keys_ > 0; }
    bool has_read_all() const { return unreadable_.empty(); }

private:
    struct unreadable_file {
        std::string name, reason;
    };

    bool as_json_;
    std::uint64_t files_ = 0, tokens_ = 0, keys_ = 0;
    std::vector<unreadable_file> unreadable_;
};

}  // namespace toolrack::cli
