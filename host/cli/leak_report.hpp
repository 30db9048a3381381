// What `toolrack scan` says, as it finds it: a line for each token, and never the token.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "token/leaks.hpp"

namespace toolrack::cli {

class leak_report {
public:
    explicit leak_report(bool as_json) : as_json_(as_json) {}

    // `name` is the file's; it is shown so that it cannot leak what was put into it.
    void found(const std::string& name, const token::leak& leak);
    void cannot_read(const std::string& name, const std::string& why);
    void read_one() { ++files_; }
    // The last words. `is_quiet`: nothing, when nothing was found.
    void finish(bool is_quiet) const;

    bool has_found_any() const { return tokens_ + keys_ > 0; }
    bool has_read_all() const { return unreadable_.empty(); }

private:
    struct unread {
        std::string name, why;
    };

    bool as_json_;
    std::uint64_t files_ = 0, tokens_ = 0, keys_ = 0;
    std::vector<unread> unreadable_;
};

}  // namespace toolrack::cli
