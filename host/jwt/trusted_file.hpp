// A small file that decides who is let in, and so must be in the hands of those who may decide that.
//
// It belongs to root or to this process's user, as does every folder on the way to it, and nobody else may
// write to any of them. (A folder such as /tmp, where the sticky bit keeps people from each other's files,
// is good enough on the way.) All of that is asked of what was opened, step by step and without following
// links, so nothing can be swapped between the question and the reading.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace toolrack::jwt {

enum class confidence {
    secret,  // mode 0600 or 0640, or less
    open     // others may read it, and not write
};

struct trusted_file {
    std::string bytes;  // whoever asked for a secret wipes them
    struct stat about {};
};

// `what` is its name in sentences: "keys file". Nothing when there is no such file. Throws failure, with
// what to do, when it is not to be trusted or longer than `most`.
std::optional<trusted_file> read_trusted_file(const std::filesystem::path& file,
                                              const std::string& what,
                                              confidence kind,
                                              std::size_t most);

}  // namespace toolrack::jwt
