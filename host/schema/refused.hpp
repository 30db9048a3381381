// Thrown by the parts of `compile` at any depth, and caught there. Not visible outside of this folder.
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
