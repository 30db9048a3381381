// The deadline of every test case: one that hangs fails by its name, and the program ends.
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#if __has_include(<catch2/reporters/catch_reporter_event_listener.hpp>)
#include <catch2/catch_test_case_info.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
using event_listener = Catch::EventListenerBase;
#else
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>
using event_listener = Catch::TestEventListenerBase;
#endif

namespace {

constexpr unsigned seconds = 300;  // sanitizers on a busy machine included

// Catch2 handles SIGABRT: it reports the test case as failed and prints the totals.
void abort_test(int) {
    constexpr char sentence[] = "The test case did not end in time.\n";
    if (::write(STDERR_FILENO, sentence, sizeof sentence - 1) < 0) std::_Exit(EXIT_FAILURE);
    std::abort();
}

class deadline : public event_listener {
public:
    using event_listener::event_listener;

    void testCaseStarting(const Catch::TestCaseInfo& test) override {
        event_listener::testCaseStarting(test);
        std::signal(SIGALRM, abort_test);
        ::alarm(seconds);
    }
    void testCaseEnded(const Catch::TestCaseStats& stats) override {
        ::alarm(0);
        event_listener::testCaseEnded(stats);
    }
};

}  // namespace

CATCH_REGISTER_LISTENER(deadline)
