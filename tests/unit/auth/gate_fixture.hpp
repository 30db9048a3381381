// A gate with real backends, and requests to it.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "auth/gate.hpp"
#include "auth/revoke.hpp"
#include "captured_log.hpp"
#include "io_fixture.hpp"
#include "plugins.hpp"
#include "set_clock.hpp"

namespace toolrack::test {

using backend = std::shared_ptr<plugin::instance>;
using admission = result<identity::principal, auth::denial>;

class gate_fixture {
public:
    // Closes the backends before the members that they use are destroyed.
    ~gate_fixture() {
        for (const auto& one : backends_) one->close(std::chrono::seconds(1));
    }

    // A backend that behaves as `does` says (tests/contract/hostile/odd-backend.c).
    backend odd(const std::string& does, unsigned traits = 0, const std::string& name = "odd") {
        return make(build_folder / "hostile/odd-backend.so",
                    name,
                    R"({"does":")" + does + R"(","traits":)" + std::to_string(traits) + "}");
    }
    // A backend that allows the host to remember its grants (tests/contract/hostile/slow-backend.cpp).
    backend slow(const std::string& options = R"({"keep":60})", const std::string& name = "slow") {
        return make(build_folder / "hostile/slow-backend.so", name, options);
    }
    backend env_token(const std::string& tokens) {
        return make(shipped_backend("env-token"), "env-token", R"({"tokens":")" + tokens + R"("})");
    }
    backend open_access() { return make(shipped_backend("open-access"), "open-access", "{}"); }

    // Each call uses a gate of its own, as after a reload that changed no backend.
    admission admit(const std::vector<backend>& backends, const identity::request_facts& shown) {
        const auth::gate gate(backends,
                              {resource_, shared_subjects_, failures_per_minute_},
                              {open_streams_, remembered_grants_, usage_table_, throttle_, clock_, log_, &registry_});
        return io_.run([&] { return gate.admit(shown, io_.get_executor()); });
    }
    admission admit(const std::vector<backend>& backends, std::optional<std::string_view> authorization) {
        identity::request_facts shown;
        shown.authorization = authorization;
        shown.peer = "192.0.2.7";
        return admit(backends, shown);
    }

    void set_resource(std::string uri) { resource_ = std::move(uri); }
    void set_shared_subjects(std::vector<std::string> backends) { shared_subjects_ = std::move(backends); }
    void set_failures_per_minute(std::size_t most) { failures_per_minute_ = most; }
    void revoke(std::string_view backend, std::string_view credential) {
        auth::revoke(remembered_grants_, open_streams_, backend, credential);
    }
    auth::open_streams& open_streams() { return open_streams_; }
    auth::remembered_grants& remembered_grants() { return remembered_grants_; }
    auth::usage_table& usage_table() { return usage_table_; }
    metrics::registry& registry() { return registry_; }
    set_clock& clock() { return clock_; }
    captured_log& log() { return log_; }

private:
    backend make(const std::filesystem::path& file, const std::string& name, const std::string& options) {
        auto settings = settings_named(name);
        settings.options.json = options;
        auto made = plugin::make_host_instance(loaded(file), settings, {log_, clock_, events_});
        if (!made) throw std::runtime_error(file.string() + ": " + made.error().why());
        while (made->use_count() > 1) std::this_thread::yield();  // the thread of create() lets go of it
        return backends_.emplace_back(std::move(*made));
    }

    captured_log log_;
    set_clock clock_;
    metrics::registry registry_;
    auth::open_streams open_streams_;
    auth::remembered_grants remembered_grants_;
    auth::usage_table usage_table_;
    auth::throttle throttle_;
    plugin::events events_{.list_changed = {},
                           .resource_updated = {},
                           .credential_revoked = [this](auto backend, auto credential) { revoke(backend, credential); },
                           .worker_exited = {}};
    std::string resource_ = "https://tools.example.com/mcp";
    std::size_t failures_per_minute_ = 60;
    std::vector<std::string> shared_subjects_;
    io_fixture io_;
    std::vector<backend> backends_;
};

// Empty when the request was admitted.
inline std::optional<identity::refusal> refusal_in(const admission& outcome) {
    if (outcome.has_value()) return std::nullopt;
    return outcome.error().why;
}

}  // namespace toolrack::test
