// A plugin for tests of workers: each tool ends, blocks or exhausts its process in one way. "fine" and "slow" are valid
// tools for calls at the same time.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <toolrack/plugin.hpp>

namespace {

using namespace std::chrono_literals;
using toolrack::call;

// The socket of a worker to the host.
constexpr int worker_socket = 3;

void write_all(int to, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (written <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

int deeper(int depth) {
    char room[4096];
    std::memset(room, depth, sizeof room);
    asm volatile("" : : "r"(room) : "memory");  // prevents the optimizer from removing it
    return depth < 0 ? 0 : deeper(depth + 1) + room[1];
}

// The frame of an answer: length, kind and fields.
std::string finished_frame(std::uint64_t id, std::string_view json) {
    const auto number = [](std::uint64_t value, int bytes) {
        std::string text;
        for (int i = 0; i < bytes; ++i, value >>= 8) text += static_cast<char>(value & 0xFF);
        return text;
    };
    constexpr char finished = 5;
    const auto fields = finished + number(id, 8) + number(1, 4) + number(json.size(), 4) + std::string(json);
    return number(fields.size(), 4) + fields;
}

using fault = toolrack::result (*)(call&);

toolrack::result survived() { return toolrack::text("still here"); }

// Sanitizers handle the signal, and the thread may block it.
void restore_default(int signal) {
    ::signal(signal, SIG_DFL);
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, signal);
    ::pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
}

toolrack::result die_of(int signal) {
    restore_default(signal);
    ::raise(signal);
    return survived();
}

toolrack::result write_to_invalid_address() {
    restore_default(SIGSEGV);
    std::uintptr_t invalid = 4096;
    asm volatile("" : "+r"(invalid));  // hides the value from the optimizer
    *reinterpret_cast<volatile char*>(invalid) = 1;
    return survived();
}

// Calls that wait until release(), which releases all waiting calls at once.
class held_calls {
public:
    toolrack::result hold(call& c) {
        std::unique_lock lock(mutex_);
        ++waiting_;
        const bool is_released =
            changed_.wait(lock, c.stop_token(), [this, round = round_] { return round_ != round; });
        --waiting_;
        return toolrack::text(is_released ? "released" : "cancelled");
    }
    int waiting() {
        const std::lock_guard lock(mutex_);
        return waiting_;
    }
    void release() {
        const std::lock_guard lock(mutex_);
        ++round_;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    int waiting_ = 0, round_ = 0;
};

held_calls& held() {
    static held_calls instance;
    return instance;
}

const struct {
    const char* name;
    fault commit;
} faults[] = {
    {"segv", [](call&) { return write_to_invalid_address(); }},
    {"abort", [](call&) { return die_of(SIGABRT); }},
    {"kill", [](call&) { return die_of(SIGKILL); }},
    {"stop", [](call&) { return die_of(SIGSTOP); }},
    {"exit", [](call&) -> toolrack::result { ::_exit(0); }},
    {"overflow",
     [](call&) {
         ::signal(SIGSEGV, SIG_DFL);
         return toolrack::text(std::to_string(deeper(0)));
     }},
    {"loop",
     [](call&) {
         for (std::atomic<bool> stop = false; !stop;) {
         }
         return survived();
     }},
    {"corrupt",
     [](call&) {
         write_all(worker_socket, std::string(64, '\xff'));
         std::this_thread::sleep_for(20s);
         return survived();
     }},
    {"hang_up",
     [](call&) {
         ::shutdown(worker_socket, SHUT_RDWR);
         std::this_thread::sleep_for(20s);
         return survived();
     }},
    {"wrong_id",
     [](call&) {
         write_all(worker_socket, finished_frame(0x123456789, R"({"content":[]})"));
         return toolrack::text("mine");
     }},
    {"gigabyte", [](call&) { return toolrack::text(std::string(1024u * 1024 * 1024, 'x')); }},
    {"descriptors",
     [](call&) {
         int opened = 0;
         while (opened < 1'000'000 && ::open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0) ++opened;
         return toolrack::text("opened " + std::to_string(opened));
     }},
    {"prints",
     [](call&) {
         static constexpr char words[] = "printed by a plugin\n";
         for (int i = 0; i < 10'000; ++i)
             if (::write(STDOUT_FILENO, words, sizeof words - 1) < 0) break;
         return survived();
     }},
    {"where",
     [](call&) {
         char folder[256] = "";
         if (!::getcwd(folder, sizeof folder)) return toolrack::text("nowhere");
         return toolrack::text(folder);
     }},
    {"pid", [](call&) { return toolrack::text(std::to_string(::getpid())); }},
    {"hold", [](call& c) { return held().hold(c); }},
    {"holding", [](call&) { return toolrack::text(std::to_string(held().waiting())); }},
    {"release",
     [](call&) {
         held().release();
         return toolrack::text("released");
     }},
    {"fine", [](call&) { return toolrack::text("fine"); }},
};

}  // namespace

TOOLRACK_PLUGIN("org.example.faults", "1.0.0")(toolrack::setup& s) {
    for (const auto& [name, commit] : faults) s.tool(name, "Does what its name says.", toolrack::object({}), commit);
    s.tool("slow",
           "Waits for the given time or until it is cancelled.",
           toolrack::object({{"ms", toolrack::integer().min(0)}}),
           [](call& c) {
               const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(c.args().at("ms").i64());
               while (!c.cancelled() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(2ms);
               return toolrack::text("slept");
           });
    s.tool("report_degraded",
           "Reports the instance as degraded; an empty reason reports it as healthy.",
           toolrack::object({{"reason", toolrack::string()}}),
           [health = s.health()](call& c) {
               health.report_degraded(c.args().at("reason").str());
               return toolrack::text("reported");
           });
}
