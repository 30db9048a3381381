// Error handling: three kinds of error, each with its own tool.
//
//   expected outcomes      result<T, E>, E a small enum or struct
//   broken environment     throw failure, one full sentence, caught once in main
//   bugs                   assert
#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace toolrack {

template <typename T, typename E>
using result = boost::system::result<T, E>;

// The reason why something is not usable, worded as the end of a sentence: "it is a 32-bit library; build it for ...".
// The caller puts the name of the thing in front.
//
//     return complain("it is a directory");
class complaint {
public:
    complaint() = default;  // no complaint
    const std::string& why() const noexcept { return why_; }

private:
    // Not constructible from a string, so that result<std::string, complaint> is unambiguous.
    friend complaint complain(std::string why);
    explicit complaint(std::string why) : why_(std::move(why)) {}

    std::string why_;
};

inline complaint complain(std::string why) { return complaint(std::move(why)); }

// Exit codes follow sysexits(3), so that scripts and systemd can tell them apart.
enum class exit_code : int {
    ok = 0,
    usage = 64,         // the command line is wrong
    unavailable = 69,   // an address cannot be bound
    software = 70,      // a bug in Toolrack
    configuration = 78  // the configuration, or what it names, is wrong or unsafe
};

// The program cannot start, or go on, in this environment. what() is one full sentence that says what is wrong, where,
// and what to do. It never contains a secret.
class failure : public std::runtime_error {
public:
    explicit failure(const std::string& sentence, exit_code code = exit_code::configuration)
        : std::runtime_error(sentence), code_(code) {}

    exit_code code() const noexcept { return code_; }

private:
    exit_code code_;
};

}  // namespace toolrack
