// The child that probes a library, without the server around it.
#include <cstring>

#include "plugin/probe.hpp"

int main(int count, char** words) {
    if (count < 3 || std::strcmp(words[1], toolrack::plugin::probe_command) != 0) return 64;
    return toolrack::plugin::run_probe(words[2], count > 3 && std::strcmp(words[3], "--features") == 0);
}
