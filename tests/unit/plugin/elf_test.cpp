#include "plugin/elf.hpp"

#include <elf.h>

#include <string>

#include "catch.hpp"
#include "plugins.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
using plugin::elf_error;

namespace {

// The header of a real library of this build, changed.
template <typename Change>
std::string header_with(Change change) {
    auto bytes = test::bytes_of(test::shipped("echo")).substr(0, sizeof(Elf64_Ehdr));
    auto* header = reinterpret_cast<Elf64_Ehdr*>(bytes.data());
    change(*header);
    return bytes;
}

}  // namespace

TEST_CASE("a shared library of this architecture is accepted") {
    CHECK_FALSE(elf_error(test::bytes_of(test::shipped("echo"))));
    CHECK_FALSE(elf_error(header_with([](auto&) {})));
}

TEST_CASE("a file that is not a shared library is refused with the reason") {
    CHECK(elf_error("") == "the file is empty");
    CHECK(elf_error("\x7F"
                    "ELF") == "it is not a shared library (no ELF header)");
    CHECK(elf_error("#!/bin/sh\necho I am a script\n") == "it is not a shared library (no ELF header)");
    CHECK(elf_error(std::string(1000, '\0')) == "it is not a shared library (no ELF header)");
    CHECK(elf_error("MZ" + std::string(1000, '\0')) == "it is not a shared library (no ELF header)");
    CHECK(elf_error(header_with([](auto&) {}).substr(0, sizeof(Elf64_Ehdr) - 1)) == "its ELF header is cut off");
}

TEST_CASE("a library for another architecture is refused with the architecture to build for") {
    const auto small = elf_error(header_with([](auto& header) { header.e_ident[EI_CLASS] = ELFCLASS32; }));
    REQUIRE(small);
    CHECK(small->find("it is a 32-bit library; build it for 64-bit ") == 0);
    for (const auto machine : {EM_386, EM_ARM, EM_RISCV, EM_PPC64, EM_S390, EM_NONE}) {
        const auto other =
            elf_error(header_with([&](auto& header) { header.e_machine = static_cast<Elf64_Half>(machine); }));
        REQUIRE(other);
        CHECK(other->find("it was built for another architecture; build it for ") == 0);
    }
}

TEST_CASE("a program or an object file is refused") {
    for (const auto type : {ET_EXEC, ET_REL, ET_CORE, ET_NONE})
        CHECK(elf_error(header_with([&](auto& header) { header.e_type = static_cast<Elf64_Half>(type); })) ==
              "it is not a shared library (link it with -shared)");
}
