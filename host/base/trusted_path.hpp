// Opens a path that only root and the user of this process can redirect.
//
// Every folder on the path, and on the target of every symbolic link, is opened and checked by its descriptor, from the
// root down: in a folder that others may write to, an entry could be replaced between the check and the open. (Compare
// StrictModes of sshd.) Accepted are sticky folders such as /tmp, where users cannot replace each other's files, and
// folders that are writable for the private group of this process's user, as systems with a umask of 0002 create them.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace toolrack {

struct trusted_path {
    descriptor file;       // a file of any type
    struct stat about {};  // of that descriptor
};

enum class last_link { refused, followed };

// `how` are the flags of open(2); with O_CREAT a missing file is created with mode 0640. The file itself is not
// checked. The complaint says which folder or link cannot be trusted, and what to do.
result<trusted_path, complaint> open_trusted(const std::filesystem::path& path, last_link links, int how = O_RDONLY);

// Empty when the file belongs to root or to the user of this process.
complaint why_not_ours(const struct stat& about);

// The same, and empty only when no other user can write the file and it has no set-user-ID or set-group-ID bit.
complaint why_not_ours_alone(const struct stat& about);

std::string octal(mode_t mode);  // "0644"

}  // namespace toolrack
