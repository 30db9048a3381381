// A path that nobody but root and this process's user can have lead elsewhere.
//
// Every folder on the way, and every folder that a link on the way leads through, is opened and judged on its own
// descriptor, from the root down: one that others may write to could have its entry replaced between a check and
// an open. (As sshd's StrictModes.) Sticky folders such as /tmp are fine: there, nobody touches what is somebody
// else's. So is a folder for the group of a single user, as systems with a umask of 0002 make them.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace toolrack {

struct trusted_path {
    descriptor file;       // it may be of any kind
    struct stat about {};  // of that descriptor
};

enum class last_link { refused, followed };

// The complaint says which folder or link is not to be trusted, and what to do. Of the file itself nothing is
// judged, except that it can be opened, which is done as open(2) takes `how`. One that is made is 0640.
result<trusted_path, complaint> open_trusted(const std::filesystem::path& path, last_link links, int how = O_RDONLY);

// Whether it belongs to root or to this process's user; else the complaint says to whom.
complaint why_not_ours(const struct stat& about);

// The same, and nobody else may write to it, or run it with somebody's rights.
complaint why_not_ours_alone(const struct stat& about);

std::string octal(mode_t mode);  // "0644"

}  // namespace toolrack
