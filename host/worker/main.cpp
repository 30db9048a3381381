// toolrack-worker: runs one plugin for toolrack, which starts it, speaks with it over a socket, and starts it
// again when it has ended. Not for people.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <variant>

#include "plugin/process/confinement.hpp"
#include "plugin/library.hpp"
#include "worker/confine.hpp"
#include "worker/host_channel.hpp"
#include "worker/plugin_runner.hpp"

#if defined(__SANITIZE_ADDRESS__)
// To look for leaks at the end is to debug this process, which a confined one forbids. It never ends in order, either.
extern "C" [[gnu::visibility("default")]] int __lsan_is_turned_off() { return 1; }
#endif

namespace {

using namespace toolrack;
using namespace toolrack::worker;

bool is_socket(int descriptor) {
    struct stat about {};
    return ::fstat(descriptor, &about) == 0 && S_ISSOCK(about.st_mode);
}

void keep_to_itself() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // also when it does not read, and so does not see the socket's end
    ::fcntl(plugin::worker_socket, F_SETFD, FD_CLOEXEC);
    std::signal(SIGPIPE, SIG_IGN);
    // A crash here is an answer, not something to keep; and it would hold what the plugin knows.
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
}

// Without the library's destructors: they are not what was asked for. Nothing here is owed to anybody.
[[noreturn]] void leave() { ::_exit(EX_OK); }

[[noreturn]] void give_up(line& host, std::string_view why) {
    host.say(from_worker::unfit{why});
    leave();
}

template <typename Message>
const Message& expect(line& host) {
    const auto* const message = std::get_if<Message>(&host.hear());
    if (!message)
        give_up(host, "toolrack and toolrack-worker do not understand each other; install both from one build");
    return *message;
}

// Where a plugin may write is where it looks for a place to write to.
void show_folder(const std::filesystem::path& state) {
    for (const char* variable : {"STATE_DIRECTORY", "TMPDIR"}) {
        if (state.empty()) ::unsetenv(variable);
        else ::setenv(variable, state.c_str(), 1);
    }
}

// From here on this process can do no more than its plugin may, and nothing of the library has run yet.
std::filesystem::path confine(line& host, std::string_view text) {
    const auto wanted = plugin::read_confinement(text);
    if (!wanted) give_up(host, wanted.error().why());
    show_folder(wanted->state);
    const auto lacks = worker::confine(*wanted);
    if (!lacks) give_up(host, lacks.error().why());
    from_worker::confined message;
    for (const auto& one : *lacks)
        (one.kind == severity::debug ? message.remarks : message.gaps).push_back(one.sentence);
    host.say(message);
    return wanted->library;
}

std::shared_ptr<const plugin::library> open(line& host, const std::filesystem::path& file) {
    const auto library = plugin::load(file);
    if (!library) give_up(host, library.error().why());
    const auto& about = (*library)->about();
    host.say(from_worker::described{about.id, about.version, about.abi_minor, about.json});
    return *library;
}

}  // namespace

int main() {
    if (!is_socket(plugin::worker_socket)) {
        std::fputs("toolrack-worker is started by toolrack, and of no use otherwise.\n", stderr);
        return EX_USAGE;
    }
    keep_to_itself();
    line host(plugin::worker_socket);
    const auto& hello = expect<to_worker::hello>(host);
    if (hello.protocol != plugin::worker_protocol)
        give_up(host, "toolrack and toolrack-worker are of different versions; install both from one build");
    ::prctl(PR_SET_NAME, ("rack:" + std::string(hello.name)).c_str());
    const auto file = confine(host, hello.confinement);
    plugin_runner plugin_runner(host, hello);
    const auto library = open(host, file);

    const auto created = plugin_runner.create(library, expect<to_worker::create>(host).options);
    host.forget();
    if (!created) give_up(host, created.error().why());
    host.say(*created);
    plugin_runner.serve();
    leave();
}
