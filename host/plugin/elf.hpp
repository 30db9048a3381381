// Checks the ELF header of a file without loading it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace toolrack::plugin {

// Why this machine cannot load the file, as the end of a sentence ("it is a 32-bit library; ..."); none if it can.
std::optional<std::string> elf_error(std::string_view file_start);

}  // namespace toolrack::plugin
