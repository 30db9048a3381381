// Plugins in processes of their own, and processes that only say they are such.
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
#include "desk.hpp"
#include "plugin/process/confinement.hpp"
#include "plugin/process/frame.hpp"
#include "plugin/process/worker_messages.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using kind = enum plugin::answer::kind;
namespace fs = std::filesystem;

namespace {

config::plugin in_a_worker(const std::string& name = "mine") {
    auto settings = test::settings_named(name);
    settings.isolation = "process";
    return settings;
}

fs::path patient() { return test::build_folder / "test-plugins/patient.so"; }

struct patient_desk : test::desk {
    explicit patient_desk(const config::plugin& settings = in_a_worker()) : test::desk(patient(), settings) {}

    // Quick features run on the thread that reads, which is the process's first.
    pid_t pid() {
        const auto heard = ask("thread", "{}", true);
        return static_cast<pid_t>(json::value(heard.answer.value().json).at("thread").i64());
    }
};

std::string text_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a library that runs in a worker is not opened by this process") {
    test::temporary_folder folder;
    const auto copy = folder.path() / "never-opened-here.so";
    fs::copy_file(patient(), copy);
    test::desk desk(copy, in_a_worker());
    CHECK(desk.ask("fails").answer->kind == kind::failed);
    CHECK(desk.to().about().id == "org.example.patient");
    CHECK(text_of("/proc/self/maps").find("never-opened-here") == std::string::npos);
}

TEST_CASE("calls that a worker has begun are lost with it, and told so; the next ones get the next worker") {
    patient_desk desk;
    const auto pid = desk.pid();
    test::heard all;
    const auto first = desk.start("wait", all), second = desk.start("wait", all);
    REQUIRE(desk.log().will_say("mine: waiting\n"));
    ::kill(pid, SIGKILL);
    CHECK(desk.answer_to(first).value().kind == kind::lost);
    CHECK(desk.answer_to(second).value().kind == kind::lost);
    CHECK(desk.pid() != pid);
    CHECK(desk.log().will_say(
        "plugin mine: it crashed (killed, signal 9); 2 calls were lost; its worker is started again"));
    CHECK_FALSE(desk.to().is_suspended());
}

TEST_CASE("a worker that is killed again and again, with good work between, is never given up on") {
    patient_desk desk;
    std::set<pid_t> seen;
    for (int i = 0; i < 20; ++i) {
        const auto pid = desk.pid();
        CHECK(seen.insert(pid).second);
        ::kill(pid, SIGKILL);
        while (::kill(pid, 0) == 0) std::this_thread::yield();  // until it has been waited for
    }
    CHECK_FALSE(desk.to().is_suspended());
    CHECK_FALSE(fs::exists("/proc/" + std::to_string(*seen.begin())));
}

TEST_CASE("a list is asked for again when the worker ends before it was whole") {
    patient_desk desk;
    const auto pid = desk.pid();
    std::atomic<bool> is_over = false;
    std::thread killer([&] {
        ::kill(pid, SIGSTOP);
        ::kill(pid, SIGKILL);
        is_over = true;
    });
    const auto listed = desk.to().list();
    killer.join();
    REQUIRE(listed.has_value());
    CHECK(listed->size() == 10);
}

TEST_CASE("options reach the plugin and nobody who looks at processes") {
    auto settings = in_a_worker("secretive");
    settings.options.json = R"({"path":"canary-8812"})";
    patient_desk desk(settings);
    const auto about = fs::path("/proc") / std::to_string(desk.pid());
    CHECK(text_of(about / "cmdline").find("canary-8812") == std::string::npos);
    CHECK(text_of(about / "environ").find("canary-8812") == std::string::npos);
    CHECK(text_of(about / "cmdline").find("secretive") != std::string::npos);
    CHECK(desk.to().settings().options.json.empty());

    test::captured_log log;
    settings.options.json = R"({"path":17})";
    const auto made = test::try_made(patient(), settings, log);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().why().find("its options do not fit: ") == 0);
}

TEST_CASE("one that nobody wants any more ends at once, and its process with it") {
    pid_t pid = 0;
    {
        patient_desk desk;
        pid = desk.pid();
    }
    CHECK(::kill(pid, 0) != 0);
}

TEST_CASE("closing does not wait for a worker any longer than it may, and leaves none") {
    patient_desk desk;
    const auto pid = desk.pid();
    test::heard all;
    const auto call = desk.start("deaf", all);
    REQUIRE(desk.log().will_say("mine: waiting\n"));
    CHECK(desk.to().close(20ms));
    CHECK(::kill(pid, 0) != 0);
    CHECK(desk.log().says("plugin mine: a call never came back from it"));
    CHECK(desk.answer_to(call).value().kind == kind::lost);
}

// ---- those that only say they are workers --------------------------------------------------------------

namespace {

// A shell script in a worker's place. It reads as much as a worker is told at first, and answers what is
// written here; what it does then is up to the test.
class impostor {
public:
    explicit impostor(const std::string& then) {
        using namespace plugin;
        folder_.write("confined",
                      frame_of<from_worker::any>(from_worker::confined{{"a wall is missing"}, {"a remark"}}));
        folder_.write("described", frame_of<from_worker::any>(from_worker::described{
                                       "org.example.impostor", "1.0.0", 0, R"({"kinds":["tools"]})"}));
        folder_.write("created", frame_of<from_worker::any>(from_worker::created{true}));
        settings_.name = (folder_.path() / "script").string();  // a shell takes it for what to run
        settings_.isolation = "process";
        // Until what begins the first call has come.
        const auto confinement = to_json({settings_.sandbox, library, {}, settings_.threads + listing_threads});
        const auto first = frame_of<to_worker::any>(to_worker::hello{0, settings_.name, confinement}).size() +
                           frame_of<to_worker::any>(to_worker::create{"{}"}).size();
        folder_.write("script", "when_asked() { head -c " + std::to_string(first + 1) +
                                    " <&3 >/dev/null; cat frames >&3; }; cd " + folder_.path().string() +
                                    "; cat confined described created >&3; " + then + "; exec cat <&3 >/dev/null\n");
    }

    test::temporary_folder& folder() { return folder_; }
    // How it is called in the log.
    const std::string& name() const { return settings_.name; }

    result<std::shared_ptr<plugin::instance>, complaint> start(toolrack::log& log,
                                                               std::size_t max_result = 1024 * 1024) {
        static const program shell("/bin/sh");
        return plugin::make_worker_instance(shell, library, settings_,
                                            {log, test::real_clock, test::nobody_hears, max_result});
    }

private:
    static constexpr const char* library = "/nowhere.so";

    test::temporary_folder folder_;
    config::plugin settings_;
};

struct asked_impostor {
    asked_impostor(const std::string& frames, const std::string& then) : of(then) {
        of.folder().write("frames", frames);
        auto made = of.start(log);
        REQUIRE(made.has_value());
        it = *made;
    }
    std::optional<plugin::answer> ask() {
        plugin::call call;
        room.call([&] {
            const plugin::request request{"tools/call", "x", "{}", "{}", {}, {}, {}, who,
                                          std::chrono::system_clock::now() + 1min};
            call = it->start(request, false, room.get_executor(), {});
        });
        return room.run([&]() -> awaitable<std::optional<plugin::answer>> {
            co_await call->wait(std::chrono::steady_clock::now() + 30s);
            co_return call->take();
        });
    }

    test::captured_log log;
    test::io_room room;
    identity::principal who = test::principal_named("ann", room, log);
    impostor of;
    std::shared_ptr<plugin::instance> it;
};

}  // namespace

TEST_CASE("what no worker sends ends the worker, and its calls are told") {
    using namespace plugin;
    using namespace std::string_literals;
    for (const auto& frames : {
             "\xff\xff\xff\xff"s + "far too long",                                       // a length beyond the limit
             "\0\0\0\0"s,                                                                // an empty frame
             "\x01\0\0\0\x63"s,                                                          // of no kind
             frame_of<from_worker::any>(from_worker::finished{1, 1, "{}"}).replace(0, 1, 1, '\x05'),  // cut short
             frame_of<to_worker::any>(to_worker::start{})                                // what only a host says
         }) {
        asked_impostor one(frames, "when_asked");
        CHECK(one.ask().value().kind == kind::lost);
        CHECK(one.log.will_say("it sent what no worker sends"));
    }
}

TEST_CASE("what a worker says out of place changes nothing") {
    using namespace plugin;
    std::string frames;
    for (int i = 0; i < 3; ++i) {
        frames += frame_of<from_worker::any>(from_worker::finished{77, 1, "{}"});
        frames += frame_of<from_worker::any>(from_worker::dropped{78});
        frames += frame_of<from_worker::any>(from_worker::finished_too_long{79, 5});
        frames += frame_of<from_worker::any>(from_worker::notified{80, "notifications/progress", "{}"});
        frames += frame_of<from_worker::any>(from_worker::unfit{"I do not like it here"});
        frames += frame_of<from_worker::any>(from_worker::described{"a", "b", 0, "{}"});
        frames += frame_of<from_worker::any>(from_worker::created{false});
        frames += frame_of<from_worker::any>(from_worker::confined{{"a forged gap"}, {}});
        frames += frame_of<from_worker::any>(from_worker::listed{1, true});
        frames += frame_of<from_worker::any>(from_worker::feature{9, "tool", "{}", "{}"});
        frames += frame_of<from_worker::any>(from_worker::resource_updated{"\xff"});
    }
    frames += frame_of<from_worker::any>(from_worker::logged{6, "all of it was said"});
    asked_impostor one(frames, "when_asked; exit 5");
    CHECK(one.ask().value().kind == kind::lost);  // when it had ended
    CHECK(one.log.says("all of it was said"));
    CHECK(one.log.says("warning: plugin " + one.of.name() + ": a wall is missing\n"));
    CHECK_FALSE(one.log.says("a forged gap"));
    for (const char* number : {"77", "78", "79", "80"})
        CHECK(one.log.says(std::string(" for call ") + number + " was dropped"));
    CHECK(one.log.will_say("it ended the process (exit status 5)"));
    CHECK(one.it->offers_features());
}

TEST_CASE("a worker that ends before it has answered anything, again and again, is given up on") {
    asked_impostor one("", "exit 1");
    REQUIRE(one.log.will_say("5 times without an answer to anything, so it is left alone"));
    CHECK(one.it->is_suspended());
    CHECK(one.ask().value().kind == kind::suspended);
    CHECK(one.it->list().error().why() == "it has ended too often to be asked now");
    CHECK(one.it->close(30s));
}

TEST_CASE("one that cannot be started says how far it came") {
    test::captured_log log;
    const auto why = [&](const std::string& script) {
        impostor one("true");
        one.folder().write("script", script);
        const auto made = one.start(log);
        return made ? std::string("it was started") : made.error().why();
    };
    const std::string when_confined = "cat $(dirname $0)/confined >&3; ";
    CHECK(why("exit 3") == "it ended the process while it was confined (exit status 3)");
    CHECK(why(when_confined + "exit 3") == "it ended the process while it was loaded and described (exit status 3)");
    CHECK(why(when_confined + "kill -SEGV $$") ==
          "it crashed while it was loaded and described (a segmentation fault, signal 11)");
    CHECK(why("printf 'xxxxxxxxxxxxxxxx' >&3; sleep 30").find("it sent what no worker sends") == 0);
}

TEST_CASE("what a worker prints is in the log, line by line, under its name") {
    impostor one("echo some words; printf 'no end of line' >&2; exit 0");
    test::captured_log log;
    const auto made = one.start(log);
    REQUIRE(made.has_value());
    CHECK(log.will_say(one.name() + " printed: some words\n"));
    CHECK((*made)->close(30s));
}
