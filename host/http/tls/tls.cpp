#include "http/tls/tls.hpp"

#include <sys/stat.h>

#include <utility>

#include "base/error.hpp"

namespace toolrack::http {
namespace {

using namespace std::chrono_literals;

// With the settings go the keys of session tickets, which must not live for ever.
constexpr auto longest_use = 24h;

// The configuration is not at fault on its own; still, this is where to look first.
tls_settings read_at_start(const config::tls& from) {
    try {
        return read_tls_settings(from);
    } catch (const failure& wrong) {
        throw failure(to_string(from.where) + ": " + wrong.what());
    }
}

}  // namespace

tls::tls(const config::tls& from, log& to)
    : from_(from), log_(to), seen_(look_at_files()), taken_(seen_),
      read_at_(std::chrono::steady_clock::now()), now_(read_at_start(from)) {
    for (const auto& warning : now_.warnings) log_.warning("{}", warning);
}

std::unique_ptr<tls_session> tls::begin(int socket) const {
    const std::lock_guard one_at_a_time(acceptor_);
    return std::make_unique<tls_session>(*now_.made, socket);
}

void tls::look() {
    const auto found = look_at_files();
    const bool rests = found == std::exchange(seen_, found);
    if (!rests || (found == taken_ && !is_old())) return;
    taken_ = found;
    read_at_ = std::chrono::steady_clock::now();
    replace();
}

bool tls::is_old() const {
    return std::chrono::steady_clock::now() - read_at_ > longest_use;
}

void tls::replace() {
    try {
        auto next = read_tls_settings(from_);
        for (const auto& warning : next.warnings) log_.warning("{}", warning);
        log_.info("The TLS certificate was read again; it is valid until {}.", next.valid_until);
        // What was there before is freed outside of the lock.
        const std::lock_guard one_at_a_time(acceptor_);
        std::swap(now_, next);
    } catch (const std::exception& wrong) {
        log_.error("The TLS certificate was not replaced, and the one before goes on serving: {}",
                   wrong.what());
    }
}

std::string tls::summary() const {
    const std::lock_guard one_at_a_time(acceptor_);
    std::string text = "certificate valid until " + now_.valid_until;
    if (from_.client_ca.empty()) return text;
    return text + (from_.requires_client_certificate ? ", client certificates required"
                                                     : ", client certificates optional");
}

std::int64_t tls::valid_until() const {
    const std::lock_guard one_at_a_time(acceptor_);
    return now_.valid_until_time;
}

tls::stamps tls::look_at_files() const {
    stamps found{};
    auto next = found.begin();
    for (const auto* path : {&from_.certificate, &from_.key, &from_.client_ca}) {
        auto& stamp = *next++;
        struct stat about {};
        if (path->empty() || ::stat(path->c_str(), &about) != 0) continue;
        const auto nanoseconds = [](const timespec& when) {
            return static_cast<std::uint64_t>(when.tv_sec) * 1'000'000'000 +
                   static_cast<std::uint64_t>(when.tv_nsec);
        };
        stamp = {about.st_dev,
                 about.st_ino,
                 static_cast<std::uint64_t>(about.st_size),
                 about.st_mode,
                 nanoseconds(about.st_mtim),
                 nanoseconds(about.st_ctim)};
    }
    return found;
}

}  // namespace toolrack::http
