// Takes TOOLRACK_TEST_SECRET out of its environment and shows what it took and what the kernel still shows of its
// environment; then what is left to see once the environment is hidden.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "base/environment.hpp"
#include "base/secret.hpp"

namespace {

void show(const char* label) {
    std::ifstream shown("/proc/self/environ", std::ios::binary);
    const std::string environment{std::istreambuf_iterator<char>(shown), {}};
    std::printf("%s=", label);
    for (const char byte : environment) std::putchar(byte ? byte : ' ');
    std::putchar('\n');
}

}  // namespace

int main() {
    const auto taken = toolrack::take_from_environment("TOOLRACK_TEST_SECRET");
    std::printf("taken=%s\n", std::string(taken.reveal()).c_str());
    std::printf("getenv=%s\n", std::getenv("TOOLRACK_TEST_SECRET") ? "still there" : "gone");
    show("environ");
    toolrack::hide_environment();
    show("hidden");
    const char* other = std::getenv("TOOLRACK_TEST_OTHER");
    std::printf("other=%s\n", other ? other : "gone");
}
