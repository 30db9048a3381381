#include "plugin/elf.hpp"

#include <elf.h>

#include <string>

#include "catch.hpp"
#include "plugins.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
using plugin::why_not_loadable;

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

TEST_CASE("a shared library of this machine may be loaded") {
    CHECK_FALSE(why_not_loadable(test::bytes_of(test::shipped("echo"))));
    CHECK_FALSE(why_not_loadable(header_with([](auto&) {})));
}

TEST_CASE("what is no library is told what it is instead") {
    CHECK(why_not_loadable("") == "the file is empty");
    CHECK(why_not_loadable("\x7F" "ELF") == "it is not a shared library (no ELF header)");
    CHECK(why_not_loadable("#!/bin/sh\necho I am a script\n") == "it is not a shared library (no ELF header)");
    CHECK(why_not_loadable(std::string(1000, '\0')) == "it is not a shared library (no ELF header)");
    CHECK(why_not_loadable("MZ" + std::string(1000, '\0')) == "it is not a shared library (no ELF header)");
    CHECK(why_not_loadable(header_with([](auto&) {}).substr(0, sizeof(Elf64_Ehdr) - 1)) == "its ELF header is cut off");
}

TEST_CASE("a library for another machine is told which machine to build it for") {
    const auto small = why_not_loadable(header_with([](auto& header) { header.e_ident[EI_CLASS] = ELFCLASS32; }));
    REQUIRE(small);
    CHECK(small->find("it is a 32-bit library; build it for 64-bit ") == 0);
    for (const auto machine : {EM_386, EM_ARM, EM_RISCV, EM_PPC64, EM_S390, EM_NONE}) {
        const auto other = why_not_loadable(
            header_with([&](auto& header) { header.e_machine = static_cast<Elf64_Half>(machine); }));
        REQUIRE(other);
        CHECK(other->find("it was built for another machine; build it for ") == 0);
    }
}

TEST_CASE("a program or an object file is not a library") {
    for (const auto type : {ET_EXEC, ET_REL, ET_CORE, ET_NONE})
        CHECK(why_not_loadable(header_with([&](auto& header) { header.e_type = static_cast<Elf64_Half>(type); })) ==
              "it is not a shared library (link it with -shared)");
}
