#include "plugin/elf.hpp"

#include <elf.h>

#include <cstring>

namespace toolrack::plugin {
namespace {

#if defined(__x86_64__)
constexpr auto our_machine = EM_X86_64;
constexpr const char* our_machine_name = "x86-64";
#elif defined(__aarch64__)
constexpr auto our_machine = EM_AARCH64;
constexpr const char* our_machine_name = "AArch64";
#else
#error "Toolrack runs on 64-bit x86 and ARM."
#endif

}  // namespace

std::optional<std::string> elf_error(std::string_view file_start) {
    if (file_start.empty()) return "the file is empty";
    if (file_start.size() < EI_NIDENT || std::memcmp(file_start.data(), ELFMAG, SELFMAG) != 0)
        return "it is not a shared library (no ELF header)";
    if (file_start[EI_CLASS] == ELFCLASS32)
        return "it is a 32-bit library; build it for 64-bit " + std::string(our_machine_name);
    if (file_start.size() < sizeof(Elf64_Ehdr)) return "its ELF header is cut off";

    Elf64_Ehdr header;
    std::memcpy(&header, file_start.data(), sizeof header);
    if (header.e_machine != our_machine)
        return "it was built for another architecture; build it for " + std::string(our_machine_name);
    if (header.e_type != ET_DYN) return "it is not a shared library (link it with -shared)";
    return std::nullopt;
}

}  // namespace toolrack::plugin
