// Takes TOOLRACK_TEST_SECRET from its environment, and prints its value and /proc/self/environ, before and after
// hide_environment().
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
