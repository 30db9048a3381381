// toolrack-worker: the process that runs one plugin. toolrack starts it, sends requests over a socket, and restarts it
// after an exit.
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

#include "plugin/library.hpp"
#include "plugin/process/confinement.hpp"
#include "worker/confine.hpp"
#include "worker/host_channel.hpp"
#include "worker/plugin_runner.hpp"

#if defined(__SANITIZE_ADDRESS__)
// The leak check uses ptrace, which the confinement forbids.
extern "C" [[gnu::visibility("default")]] int __lsan_is_turned_off() { return 1; }
#endif

namespace {

using namespace toolrack;
using namespace toolrack::worker;

bool is_socket(int descriptor) {
    struct stat about {};
    return ::fstat(descriptor, &about) == 0 && S_ISSOCK(about.st_mode);
}

void prepare_process() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a blocked process does not notice that the socket was closed
    ::fcntl(plugin::worker_socket, F_SETFD, FD_CLOEXEC);
    std::signal(SIGPIPE, SIG_IGN);
    // A core file would contain the plugin's secrets.
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
}

// Without destructors of the library, which could crash or hang.
[[noreturn]] void exit_now() { ::_exit(EX_OK); }

[[noreturn]] void fail_start(host_channel& host, std::string_view why) {
    host.send(from_worker::start_failed{why});
    exit_now();
}

template <typename Message>
const Message& expect(host_channel& host) {
    const auto* const message = std::get_if<Message>(&host.receive());
    if (!message)
        fail_start(host, "toolrack sent an unexpected message to toolrack-worker; install both from one build");
    return *message;
}

// The variables by which a plugin finds its writable folder.
void set_folder_variables(const std::filesystem::path& state) {
    for (const char* variable : {"STATE_DIRECTORY", "TMPDIR"}) {
        if (state.empty()) ::unsetenv(variable);
        else ::setenv(variable, state.c_str(), 1);
    }
}

// Before any code of the library runs. Returns the library's path.
std::filesystem::path confine(host_channel& host, std::string_view text) {
    const auto wanted = plugin::read_confinement(text);
    if (!wanted) fail_start(host, wanted.error().why());
    set_folder_variables(wanted->state);
    const auto notes = worker::confine(*wanted);
    if (!notes) fail_start(host, notes.error().why());
    from_worker::confined message;
    for (const auto& one : *notes)
        (one.level == severity::debug ? message.debug : message.warnings).push_back(one.sentence);
    host.send(message);
    return wanted->library;
}

std::shared_ptr<const plugin::library> load(host_channel& host, const std::filesystem::path& file) {
    const auto library = plugin::load(file);
    if (!library) fail_start(host, library.error().why());
    const auto& about = (*library)->about();
    host.send(from_worker::described{about.id, about.version, about.abi_minor, about.json});
    return *library;
}

}  // namespace

int main() {
    if (!is_socket(plugin::worker_socket)) {
        std::fputs("toolrack-worker is started by toolrack and cannot be run by hand.\n", stderr);
        return EX_USAGE;
    }
    prepare_process();
    host_channel host(plugin::worker_socket);
    const auto& hello = expect<to_worker::hello>(host);
    if (hello.protocol != plugin::worker_protocol)
        fail_start(host, "toolrack and toolrack-worker are of different versions; install both from one build");
    ::prctl(PR_SET_NAME, ("rack:" + std::string(hello.name)).c_str());
    const auto file = confine(host, hello.confinement);
    plugin_runner runner(host, hello);
    const auto library = load(host, file);

    const auto created = runner.create(library, expect<to_worker::create>(host).options);
    host.wipe_received();
    if (!created) fail_start(host, created.error().why());
    host.send(*created);
    runner.serve();
    exit_now();
}
