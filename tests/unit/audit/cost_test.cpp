// What an audit costs a call. Figures are printed; what is claimed is far from them, for slow machines.
#include <chrono>
#include <cstdio>

#include "audit/audit_policy.hpp"
#include "base/seal.hpp"
#include "captured_log.hpp"
#include "catch.hpp"
#include "io_fixture.hpp"
#include "principals.hpp"
#include "temporary_folder.hpp"
#include "wire/message.hpp"

using namespace toolrack;

namespace {

template <typename Work>
double microseconds_each(int times, Work work) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < times; ++i) work();
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    return took.count() / times;
}

}  // namespace

TEST_CASE("an audit costs an I/O thread microseconds, required or not") {
    test::captured_log log;
    test::io_fixture room;
    test::temporary_folder folder;
    const auto ann = test::principal_named("ann", room, *log);
    const auto journal = std::make_shared<audit::journal>(folder.path() / "audit.jsonl", *log);
    config::audit rules;
    const audit::audit_policy common(journal, rules, 1, {});
    rules.is_required = true;
    const audit::audit_policy required(journal, rules, 1, {});
    rules.is_required = false;
    rules.arguments = config::audit::arguments::digest;
    const audit::audit_policy digesting(journal, rules, 1, random_key());

    const std::string body = R"({"jsonrpc":"2.0","id":1,"method":"tools/call",)"
                             R"("params":{"name":"echo","arguments":{"text":"hello"}}})";
    const auto message = *wire::parse_message(body, {});
    constexpr int times = 20'000;

    const double off =
        microseconds_each(times, [&] { audit::audit_policy().open(message, ann).end(wire::outcome::ok); });
    const double on = microseconds_each(times, [&] { common.open(message, ann).end(wire::outcome::ok); });
    const double digest = microseconds_each(times, [&] { digesting.open(message, ann).end(wire::outcome::ok); });
    double before = 0;
    room.run([&]() -> awaitable<void> {
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i < times / 10; ++i) {
            auto entry = required.open(message, ann);
            co_await entry.begin(room.get_executor());
            entry.end(wire::outcome::ok);
        }
        const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
        before = took.count() / (times / 10);
    });
    std::printf("audit: off %.3f us, on %.2f us, with digests %.2f us, required (waited for) %.1f us a call\n",
                off,
                on,
                digest,
                before);
    CHECK(on < 500);
    CHECK(digest < 500);
    CHECK(before < 20'000);
}
