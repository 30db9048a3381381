// A file descriptor that somebody owns, as this room calls it.
#pragma once

#include "base/descriptor.hpp"

namespace toolrack {

using toolrack::descriptor;

}  // namespace toolrack
