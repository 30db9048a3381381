// Confining this process for good, before it opens a plugin's library.
//
// What is put on, from the outside in: limits on memory, descriptors and core files; no capabilities, and no
// way to gain any; Landlock for files and TCP; memory that no other process may read; and a list of the system
// calls that are left. Each is the kernel's, holds for every thread and process that comes after, and cannot
// be taken off again.
//
// What it does not do: it does not hide that a file exists, how large it is and whose (the kernel has no means
// for that short of a namespace), and it does not count time on the processor.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/log.hpp"
#include "plugin/process/confinement.hpp"

namespace toolrack::worker {

// Something that was asked for and could not be had: a warning when it leaves a gap in the walls, else for
// debugging. A full sentence but for its end, without the plugin's name.
struct shortfall {
    severity kind;
    std::string sentence;
};

// Called once, by the only thread there is: what the kernel does here it does to the calling thread and to
// those that it will start. The complaint says why this process must not open the library; it may then be
// confined in part, and is of no more use.
result<std::vector<shortfall>, complaint> confine(const plugin::confinement& wanted);

}  // namespace toolrack::worker
