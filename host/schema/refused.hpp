// How the parts of `compile` give up: thrown from any depth, caught once at its end, never seen
// outside this room.
#pragma once

#include "schema/compiled.hpp"

#include <utility>

namespace toolrack::schema {

struct refused {
    defect why;
};

[[noreturn]] inline void refuse(std::string pointer, std::string sentence) {
    throw refused{{std::move(pointer), std::move(sentence)}};
}

}  // namespace toolrack::schema
