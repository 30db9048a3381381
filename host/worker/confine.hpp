// Confines this process irrevocably, before it opens a plugin's library.
//
// In order: limits on memory, descriptors and core files; no capabilities; Landlock for files and TCP; not dumpable;
// and a seccomp list of allowed system calls. The kernel enforces them for every later thread and process.
//
// It does not hide names, sizes and owners of files (that needs a mount namespace), and it does not limit CPU time.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/log.hpp"
#include "plugin/process/confinement.hpp"

namespace toolrack::worker {

// A restriction that could not be applied. A warning weakens the sandbox; the others are for debugging. The sentence
// has neither the plugin's name nor a full stop.
struct confinement_note {
    severity level;
    std::string sentence;
};

// Called once, while this process has one thread. After an error the process may be partly confined and must not open
// the library.
result<std::vector<confinement_note>, complaint> confine(const plugin::confinement& wanted);

}  // namespace toolrack::worker
