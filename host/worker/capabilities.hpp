// Drops all Linux capabilities, also when root started the server.
#pragma once

#include "base/error.hpp"

namespace toolrack::worker {

// Also sets no_new_privs, so that no program that is run later regains any.
result<void, complaint> drop_capabilities();

}  // namespace toolrack::worker
