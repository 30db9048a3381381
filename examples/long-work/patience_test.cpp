#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>  // Catch2 2
#endif

#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

#include <toolrack/testing.hpp>

using toolrack::json::value;
using toolrack::testing::answer;
using toolrack::testing::host;

namespace {

// A handler that answers when it returns blocks its thread, so the call runs on another thread.
answer cancel_while_it_runs(host& here, const char* tool, const char* arguments) {
    auto ending = std::async(std::launch::async, [&] {
        return here.ask({.name = tool,
                         .params = R"({"arguments":)" + std::string(arguments) + '}',
                         .deadline = std::chrono::hours(1)});
    });
    for (;;) {
        try {
            here.cancel(1);  // the first call of the host
            return ending.get();
        } catch (const std::out_of_range&) {
            std::this_thread::yield();
        }
    }
}

}  // namespace

TEST_CASE("count_primes counts primes") {
    host here;
    CHECK(here.call("count_primes", R"({"up_to":1})").text() == "0 primes");
    CHECK(here.call("count_primes", R"({"up_to":2})").text() == "1 primes");
    CHECK(here.call("count_primes", R"({"up_to":100})").text() == "25 primes");
    CHECK(here.call("count_primes", R"({"up_to":100000})").text() == "9592 primes");
}

TEST_CASE("progress increases to the total, with log messages in between") {
    host here;
    const auto answer = here.call("count_primes", R"({"up_to":250000})");
    CHECK(answer.text() == "22044 primes");
    std::string sent;
    for (const auto& each : answer.notifications) sent += each.params + '\n';
    CHECK(sent == R"({"progress":125000,"total":250000,"message":"11734 primes so far"}
{"level":"info","data":{"widest gap so far":72},"logger":"primes"}
{"progress":250000,"total":250000,"message":"22044 primes so far"}
{"level":"info","data":{"widest gap so far":86},"logger":"primes"}
)");
}

TEST_CASE("a cancelled count stops") {
    host here;
    CHECK(cancel_while_it_runs(here, "count_primes", R"({"up_to":1000000000})").text() == "Stopped.");
}

TEST_CASE("a cancelled wait ends") {
    host here;
    CHECK(cancel_while_it_runs(here, "wait", R"({"seconds":3000})").text() == "Stopped.");
}

TEST_CASE("a wait reports progress each second") {
    host here;
    const auto answer = here.call("wait", R"({"seconds":1})");
    CHECK(answer.text() == "Waited for 1 s.");
    REQUIRE(answer.notifications.size() == 1);
    CHECK(answer.notifications[0].params == R"({"progress":1,"total":1})");
}

TEST_CASE("a wait beyond the timeout of the call is rejected") {
    host here;
    const auto answer = here.call("wait", R"({"seconds":600})");
    CHECK(answer.is_tool_error());
    CHECK(answer.text().ends_with("Call the tool as a task."));
}

TEST_CASE("both tools can run as tasks") {
    host here;
    const auto features = here.features();
    REQUIRE(features.size() == 2);
    for (const auto& each : features) CHECK(value(each.attributes).at("task").str() == "optional");
}
