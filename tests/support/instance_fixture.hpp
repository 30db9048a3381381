// Opens one instance, calls it from a real I/O thread, and waits for its answers.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "captured_log.hpp"
#include "io_fixture.hpp"
#include "plugins.hpp"
#include "principals.hpp"

namespace toolrack::test {

// What one call got.
struct call_result {
    std::optional<plugin::answer> answer;
    std::vector<std::pair<std::string, std::string>> notifications;  // method, params
    std::string json() const { return answer ? answer->json : "no answer"; }
};

class instance_fixture {
public:
    explicit instance_fixture(const std::filesystem::path& file,
                              const config::plugin& settings = settings_named("mine"),
                              std::size_t max_result = 16 * 1024 * 1024)
        : instance_(open(file, settings, max_result)) {}
    // Closes the instance first, as its owner must: no code of the plugin may run during the destruction.
    ~instance_fixture() {
        if (instance_) instance_->close(std::chrono::seconds(1));
    }

    io_fixture& io() { return io_; }
    captured_log& log() { return log_; }
    plugin::instance& instance() { return *instance_; }
    void release_instance() { instance_.reset(); }
    const identity::principal& principal() const { return principal_; }

    // Starts a call on the I/O thread. answer_to() waits for its answer.
    plugin::call
    start(const std::string& name, call_result& into, const std::string& arguments = "{}", bool quick = false) {
        return io_.call([&] {
            const std::string params = R"({"name":")" + name + R"(","arguments":)" + arguments + "}";
            const plugin::request request{"tools/call",
                                          name,
                                          params,
                                          R"({"capabilities":{}})",
                                          {},
                                          {},
                                          "00-trace",
                                          principal_,
                                          std::chrono::system_clock::now() + std::chrono::minutes(1)};
            return instance_->start(
                request, quick, io_.get_executor(), [&into](std::string method, std::string content) {
                    into.notifications.emplace_back(std::move(method), std::move(content));
                });
        });
    }

    std::optional<plugin::answer> answer_to(const plugin::call& call) {
        return io_.run([&]() -> awaitable<std::optional<plugin::answer>> {
            co_await call->wait(std::chrono::steady_clock::now() + std::chrono::seconds(30));
            co_return call->take();
        });
    }

    call_result call_tool(const std::string& name, const std::string& arguments = "{}", bool quick = false) {
        call_result all;
        const auto call = start(name, all, arguments, quick);
        all.answer = answer_to(call);
        // Notifications must not arrive after `all` is destroyed.
        io_.call([&] { call->abandon(); });
        return all;
    }

    void cancel(const plugin::call& call) {
        io_.call([&] { instance_->cancel(call); });
    }

private:
    std::shared_ptr<plugin::instance>
    open(const std::filesystem::path& file, const config::plugin& settings, std::size_t max_result) {
        auto made = try_made(file, settings, log_, no_events, max_result);
        if (!made) throw std::runtime_error(file.string() + ": " + made.error().why());
        return *made;
    }

    captured_log log_;
    io_fixture io_;
    identity::principal principal_ =
        principal_named("ann", io_, log_, R"(["a:1","a:2","a:3","a:4","a:5","a:6","a:7","a:8","a:9"])");
    std::shared_ptr<plugin::instance> instance_;
};

inline instance_fixture scripted() { return instance_fixture(test_plugin("scripted")); }

}  // namespace toolrack::test
