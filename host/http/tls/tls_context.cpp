#include "http/tls/tls_context.hpp"

#include <sys/stat.h>

#include <utility>

#include "base/error.hpp"

namespace toolrack::http {
namespace {

using namespace std::chrono_literals;

// The settings hold the keys of session tickets, which must be replaced from time to time.
constexpr auto max_ticket_key_age = 24h;

// Adds the place in the configuration that names the files.
tls_settings read_at_start(const config::tls& config) {
    try {
        return read_tls_settings(config);
    } catch (const failure& error) {
        throw failure(to_string(config.where) + ": " + error.what());
    }
}

}  // namespace

tls_context::tls_context(const config::tls& config, log& log)
    : config_(config), log_(log), last_seen_(read_file_versions()), loaded_(last_seen_),
      loaded_at_(std::chrono::steady_clock::now()), settings_(read_at_start(config)) {
    for (const auto& warning : settings_.warnings) log_.warning("{}", warning);
}

std::unique_ptr<tls_session> tls_context::new_session(int socket) const {
    const lock_guard lock(mutex_);
    return std::make_unique<tls_session>(*settings_.context, socket);
}

void tls_context::reload_if_changed() {
    const auto found = read_file_versions();
    const bool is_stable = found == std::exchange(last_seen_, found);
    if (!is_stable || (found == loaded_ && !has_expired_ticket_keys())) return;
    loaded_ = found;
    loaded_at_ = std::chrono::steady_clock::now();
    reload();
}

bool tls_context::has_expired_ticket_keys() const {
    return std::chrono::steady_clock::now() - loaded_at_ > max_ticket_key_age;
}

void tls_context::reload() {
    try {
        auto next = read_tls_settings(config_);
        for (const auto& warning : next.warnings) log_.warning("{}", warning);
        log_.info("The TLS certificate was reloaded. It is valid until {}.", next.valid_until);
        // `next` is declared before the lock, so the old settings are freed after unlocking.
        const lock_guard lock(mutex_);
        std::swap(settings_, next);
    } catch (const std::exception& error) {
        log_.error("The TLS certificate was not reloaded, and the previous one stays in use: {}", error.what());
    }
}

std::string tls_context::summary() const {
    const lock_guard lock(mutex_);
    std::string text = "certificate valid until " + settings_.valid_until;
    if (config_.client_ca.empty()) return text;
    return text +
           (config_.requires_client_certificate ? ", client certificates required" : ", client certificates optional");
}

std::int64_t tls_context::valid_until() const {
    const lock_guard lock(mutex_);
    return settings_.valid_until_time;
}

tls_context::file_versions tls_context::read_file_versions() const {
    file_versions found{};
    auto next = found.begin();
    for (const auto* path : {&config_.certificate, &config_.key, &config_.client_ca}) {
        auto& version = *next++;
        struct stat status {};
        if (path->empty() || ::stat(path->c_str(), &status) != 0) continue;
        const auto nanoseconds = [](const timespec& time) {
            return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
        };
        version = {status.st_dev,
                   status.st_ino,
                   static_cast<std::uint64_t>(status.st_size),
                   status.st_mode,
                   nanoseconds(status.st_mtim),
                   nanoseconds(status.st_ctim)};
    }
    return found;
}

}  // namespace toolrack::http
