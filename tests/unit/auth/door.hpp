// A door: a real gate with real backends, and people who come to it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/gate.hpp"
#include "captured_log.hpp"
#include "io_room.hpp"
#include "plugins.hpp"
#include "set_clock.hpp"

namespace toolrack::test {

using backend = std::shared_ptr<plugin::instance>;
using admission = result<identity::principal, auth::denial>;

class door {
public:
    // As the owner of backends does it: nothing of them runs any more when they are destroyed.
    ~door() {
        for (const auto& one : made_) one->close(std::chrono::seconds(1));
    }

    // A backend that does what `does` says (see tests/contract/hostile/odd-backend.c).
    backend odd(const std::string& does, unsigned traits = 0, const std::string& name = "odd") {
        return make(build_folder / "hostile/odd-backend.so", name,
                    R"({"does":")" + does + R"(","traits":)" + std::to_string(traits) + "}");
    }
    backend env_token(const std::string& tokens) {
        return make(shipped_backend("env-token"), "env-token", R"({"tokens":")" + tokens + R"("})");
    }
    backend open_access() { return make(shipped_backend("open-access"), "open-access", "{}"); }

    admission admit(const std::vector<backend>& backends, const identity::request_facts& shown) {
        const auth::gate gate(backends, {"https://tools.example.com/mcp", same_people_, failures_per_minute_},
                              {open_streams_, accounts_, throttle_, clock_, log_});
        return room_.run([&] { return gate.admit(shown, room_.get_executor()); });
    }
    admission admit(const std::vector<backend>& backends, std::optional<std::string_view> authorization) {
        identity::request_facts shown;
        shown.authorization = authorization;
        shown.peer = "192.0.2.7";
        return admit(backends, shown);
    }

    void say_same_people(std::vector<std::string> backends) { same_people_ = std::move(backends); }
    void allow_failures(std::size_t per_minute) { failures_per_minute_ = per_minute; }
    auth::open_streams& open_streams() { return open_streams_; }
    set_clock& clock() { return clock_; }
    captured_log& log() { return log_; }

private:
    backend make(const std::filesystem::path& file, const std::string& name, const std::string& options) {
        auto settings = settings_named(name);
        settings.options.json = options;
        made_.push_back(instance_of(file, settings, log_, clock_));
        return made_.back();
    }

    captured_log log_;
    set_clock clock_;
    auth::open_streams open_streams_;
    auth::accounts accounts_;
    auth::throttle throttle_;
    std::size_t failures_per_minute_ = 60;
    std::vector<std::string> same_people_;
    io_room room_;
    std::vector<backend> made_;
};

// The refusal; nothing when somebody was let in.
inline std::optional<identity::refusal> refusal_in(const admission& outcome) {
    if (outcome.has_value()) return std::nullopt;
    return outcome.error().why;
}

}  // namespace toolrack::test
