// Takes TOOLRACK_TEST_SECRET out of its environment, then shows what it took and what the kernel still
// shows of its environment.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "base/secret.hpp"

int main() {
    const auto taken = toolrack::take_from_environment("TOOLRACK_TEST_SECRET");
    std::ifstream shown("/proc/self/environ", std::ios::binary);
    const std::string environment{std::istreambuf_iterator<char>(shown), {}};
    std::printf("taken=%s\n", std::string(taken.reveal()).c_str());
    std::printf("getenv=%s\n", std::getenv("TOOLRACK_TEST_SECRET") ? "still there" : "gone");
    std::printf("environ=");
    for (const char byte : environment) std::putchar(byte ? byte : ' ');
    std::putchar('\n');
}
