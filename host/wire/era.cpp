#include "wire/era.hpp"

namespace toolrack::wire {

const version* find_version(std::string_view name) noexcept {
    for (const auto& one : versions)
        if (one.name == name) return &one;
    return nullptr;
}

}  // namespace toolrack::wire
