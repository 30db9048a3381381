// Plugins in worker processes, and programs that imitate a worker.
#include <signal.h>
#include <sys/stat.h>

#include <toolrack/json.hpp>

#include <atomic>
#include <fstream>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "catch.hpp"
#include "instance_fixture.hpp"
#include "plugin/process/confinement.hpp"
#include "plugin/process/frame.hpp"
#include "plugin/process/worker_messages.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using kind = enum plugin::answer::kind;
namespace fs = std::filesystem;

namespace {

config::plugin worker_settings(const std::string& name = "mine") {
    auto settings = test::settings_named(name);
    settings.isolation = "process";
    return settings;
}

struct worker_fixture : test::instance_fixture {
    explicit worker_fixture(const config::plugin& settings = worker_settings())
        : test::instance_fixture(test::test_plugin("scripted"), settings) {}

    // Quick features run on the main thread of the worker, whose id is the process id.
    pid_t pid() {
        const auto result = call_tool("thread", "{}", true);
        return static_cast<pid_t>(json::value(result.answer.value().json).at("thread").i64());
    }
};

std::string text_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("the library of a worker is not loaded into this process") {
    test::temporary_folder folder;
    const auto copy = folder.path() / "never-opened-here.so";
    fs::copy_file(test::test_plugin("scripted"), copy);
    test::instance_fixture fixture(copy, worker_settings());
    CHECK(fixture.call_tool("fails").answer->kind == kind::failed);
    CHECK(fixture.instance().about().id == "org.example.scripted");
    CHECK(text_of("/proc/self/maps").find("never-opened-here") == std::string::npos);
}

TEST_CASE("calls that a killed worker had started are lost; the next ones go to the next worker") {
    worker_fixture fixture;
    const auto pid = fixture.pid();
    test::call_result result;
    const auto first = fixture.start("wait", result), second = fixture.start("wait", result);
    REQUIRE(fixture.log().will_say("mine: waiting\n"));
    ::kill(pid, SIGKILL);
    CHECK(fixture.answer_to(first).value().kind == kind::lost);
    CHECK(fixture.answer_to(second).value().kind == kind::lost);
    CHECK(fixture.pid() != pid);
    CHECK(
        fixture.log().will_say("plugin mine: it crashed (killed, signal 9); 2 calls were lost; restarting its worker"));
    CHECK_FALSE(fixture.instance().is_suspended());
}

TEST_CASE("a worker that answers calls between kills is never suspended") {
    worker_fixture fixture;
    std::set<pid_t> seen;
    for (int i = 0; i < 20; ++i) {
        const auto pid = fixture.pid();
        CHECK(seen.insert(pid).second);
        ::kill(pid, SIGKILL);
        while (::kill(pid, 0) == 0) std::this_thread::yield();  // until it has been waited for
    }
    CHECK_FALSE(fixture.instance().is_suspended());
    CHECK_FALSE(fs::exists("/proc/" + std::to_string(*seen.begin())));
}

TEST_CASE("list is repeated when the worker exits before it is complete") {
    worker_fixture fixture;
    const auto pid = fixture.pid();
    std::atomic<bool> is_over = false;
    std::thread killer([&] {
        ::kill(pid, SIGSTOP);
        ::kill(pid, SIGKILL);
        is_over = true;
    });
    const auto listed = fixture.instance().list();
    killer.join();
    REQUIRE(listed.has_value());
    CHECK(listed->size() == 10);
}

TEST_CASE("options reach the plugin and do not show in /proc") {
    auto settings = worker_settings("secretive");
    settings.options.json = R"({"path":"canary-8812"})";
    worker_fixture fixture(settings);
    const auto about = fs::path("/proc") / std::to_string(fixture.pid());
    CHECK(text_of(about / "cmdline").find("canary-8812") == std::string::npos);
    CHECK(text_of(about / "environ").find("canary-8812") == std::string::npos);
    CHECK(text_of(about / "cmdline").find("secretive") != std::string::npos);
    CHECK(fixture.instance().settings().options.json.empty());

    test::captured_log log;
    settings.options.json = R"({"path":17})";
    const auto made = test::try_made(test::test_plugin("scripted"), settings, log);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().why().find("its options are invalid: ") == 0);
}

TEST_CASE("a worker exits with its instance") {
    pid_t pid = 0;
    {
        worker_fixture fixture;
        pid = fixture.pid();
    }
    CHECK(::kill(pid, 0) != 0);
}

TEST_CASE("close waits at most for its grace, and no worker is left") {
    worker_fixture fixture;
    const auto pid = fixture.pid();
    test::call_result result;
    const auto call = fixture.start("deaf", result);
    REQUIRE(fixture.log().will_say("mine: waiting\n"));
    CHECK(fixture.instance().close(20ms));
    CHECK(::kill(pid, 0) != 0);
    CHECK(fixture.log().says("plugin mine: a call never returned"));
    CHECK(fixture.answer_to(call).value().kind == kind::lost);
}

// ---- programs that imitate a worker --------------------------------------------------------------------

namespace {

// A shell script in place of a worker. It sends the messages of a start, and then runs the commands of the test.
class fake_worker {
public:
    explicit fake_worker(const std::string& then) {
        using namespace plugin;
        folder_.write("confined",
                      frame_of<from_worker::any>(from_worker::confined{{"a restriction is missing"}, {"a note"}}));
        folder_.write("described",
                      frame_of<from_worker::any>(
                          from_worker::described{"org.example.fake", "1.0.0", 0, R"({"kinds":["tools"]})"}));
        folder_.write("created", frame_of<from_worker::any>(from_worker::created{true}));
        settings_.name = (folder_.path() / "script").string();  // a shell takes it for what to run
        settings_.isolation = "process";
        // when_asked waits until the first call has been sent.
        const auto confinement = to_json({settings_.sandbox, library, {}, settings_.threads + listing_threads});
        const auto first = frame_of<to_worker::any>(to_worker::hello{0, settings_.name, confinement}).size() +
                           frame_of<to_worker::any>(to_worker::create{"{}"}).size();
        folder_.write("script",
                      "when_asked() { head -c " + std::to_string(first + 1) +
                          " <&3 >/dev/null; cat frames >&3; }; cd " + folder_.path().string() +
                          "; cat confined described created >&3; " + then + "; exec cat <&3 >/dev/null\n");
    }

    test::temporary_folder& folder() { return folder_; }
    // Its name in the log.
    const std::string& name() const { return settings_.name; }

    result<std::shared_ptr<plugin::instance>, complaint> start(toolrack::log& log,
                                                               std::size_t max_result = 1024 * 1024) {
        static const program shell("/bin/sh");
        return plugin::make_worker_instance(
            shell, library, settings_, {log, test::real_clock, test::no_events, max_result});
    }

private:
    static constexpr const char* library = "/nowhere.so";

    test::temporary_folder folder_;
    config::plugin settings_;
};

struct fake_worker_fixture {
    fake_worker_fixture(const std::string& frames, const std::string& then) : fake(then) {
        fake.folder().write("frames", frames);
        auto made = fake.start(log);
        REQUIRE(made.has_value());
        instance = *made;
    }
    std::optional<plugin::answer> call_tool() {
        plugin::call call;
        io.call([&] {
            const plugin::request request{
                "tools/call", "x", "{}", "{}", {}, {}, {}, who, std::chrono::system_clock::now() + 1min};
            call = instance->start(request, false, io.get_executor(), {});
        });
        return io.run([&]() -> awaitable<std::optional<plugin::answer>> {
            co_await call->wait(std::chrono::steady_clock::now() + 30s);
            co_return call->take();
        });
    }

    test::captured_log log;
    test::io_fixture io;
    identity::principal who = test::principal_named("ann", io, log);
    fake_worker fake;
    std::shared_ptr<plugin::instance> instance;
};

}  // namespace

TEST_CASE("an invalid frame stops the worker, and its calls are lost") {
    using namespace plugin;
    using namespace std::string_literals;
    const std::string invalid_length = "it sent a frame of an invalid length",
                      invalid_message = "it sent an invalid message";
    struct row {
        std::string frames, sentence;
    };
    for (const auto& [frames, sentence] : {
             row{"\xff\xff\xff\xff"s + "far too long", invalid_length},
             row{"\0\0\0\0"s, invalid_length},
             row{"\x01\0\0\0\x63"s, invalid_message},  // an unknown kind
             row{frame_of<from_worker::any>(from_worker::finished{1, 1, "{}"}).replace(0, 1, 1, '\x05'),  // truncated
                 invalid_message},
             row{frame_of<to_worker::any>(to_worker::start{}), invalid_message}  // a message of the host
         }) {
        fake_worker_fixture one(frames, "when_asked");
        CHECK(one.call_tool().value().kind == kind::lost);
        CHECK(one.log.will_say(sentence));
    }
}

TEST_CASE("unexpected messages of a worker have no effect") {
    using namespace plugin;
    std::string frames;
    for (int i = 0; i < 3; ++i) {
        frames += frame_of<from_worker::any>(from_worker::finished{77, 1, "{}"});
        frames += frame_of<from_worker::any>(from_worker::dropped{78});
        frames += frame_of<from_worker::any>(from_worker::finished_too_long{79, 5});
        frames += frame_of<from_worker::any>(from_worker::notified{80, "notifications/progress", "{}"});
        frames += frame_of<from_worker::any>(from_worker::start_failed{"too late"});
        frames += frame_of<from_worker::any>(from_worker::described{"a", "b", 0, "{}"});
        frames += frame_of<from_worker::any>(from_worker::created{false});
        frames += frame_of<from_worker::any>(from_worker::confined{{"a late warning"}, {}});
        frames += frame_of<from_worker::any>(from_worker::listed{1, true});
        frames += frame_of<from_worker::any>(from_worker::feature{9, "tool", "{}", "{}"});
        frames += frame_of<from_worker::any>(from_worker::resource_updated{"\xff"});
    }
    frames += frame_of<from_worker::any>(from_worker::logged{6, "all sent"});
    fake_worker_fixture one(frames, "when_asked; exit 5");
    CHECK(one.call_tool().value().kind == kind::lost);  // after the exit
    CHECK(one.log.says("all sent"));
    CHECK(one.log.says("warning: plugin " + one.fake.name() + ": a restriction is missing\n"));
    CHECK_FALSE(one.log.says("a late warning"));
    for (const char* number : {"77", "78", "79", "80"})
        CHECK(one.log.says(std::string(" for call ") + number + " was dropped"));
    CHECK(one.log.will_say("it exited (status 5)"));
    CHECK(one.instance->offers_features());
}

TEST_CASE("a worker that keeps exiting without an answer is suspended") {
    fake_worker_fixture one("", "exit 1");
    REQUIRE(one.log.will_say("suspended after 5 exits without an answer"));
    CHECK(one.instance->is_suspended());
    CHECK(one.call_tool().value().kind == kind::suspended);
    CHECK(one.instance->list().error().why() == "it is suspended, because its worker kept exiting");
    CHECK(one.instance->close(30s));
}

TEST_CASE("a failed start has the phase and the reason") {
    test::captured_log log;
    const auto why = [&](const std::string& script) {
        fake_worker one("true");
        one.folder().write("script", script);
        const auto made = one.start(log);
        return made ? std::string("it started") : made.error().why();
    };
    const std::string when_confined = "cat $(dirname $0)/confined >&3; ";
    CHECK(why("exit 3") == "it exited during confinement (status 3)");
    CHECK(why(when_confined + "exit 3") == "it exited during loading (status 3)");
    CHECK(why(when_confined + "kill -SEGV $$") == "it crashed during loading (a segmentation fault, signal 11)");
    CHECK(why("printf 'xxxxxxxxxxxxxxxx' >&3; sleep 30").find("it sent a frame of an invalid length") == 0);
}

TEST_CASE("the output of a worker is logged by line under its name") {
    fake_worker one("echo some words; printf 'no end of line' >&2; exit 0");
    test::captured_log log;
    const auto made = one.start(log);
    REQUIRE(made.has_value());
    CHECK(log.will_say(one.name() + " printed: some words\n"));
    CHECK((*made)->close(30s));
}
