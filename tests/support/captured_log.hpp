// A log whose lines a test can read: it redirects standard error to a file until it is destroyed. Reports of sanitizers
// still go to the original standard error.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#include <sanitizer/common_interface_defs.h>
#endif

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "base/log.hpp"
#include "temporary_folder.hpp"

namespace toolrack::test {

class captured_log {
public:
    explicit captured_log(severity least = severity::debug) : log_(least) { report_to(before_); }
    ~captured_log() {
        report_to(2);
        ::dup2(before_, 2);
        ::close(before_);
    }
    captured_log(const captured_log&) = delete;
    captured_log& operator=(const captured_log&) = delete;

    toolrack::log& operator*() { return log_; }
    operator toolrack::log&() { return log_; }

    std::string text() const { return bytes_of(file_); }
    bool says(std::string_view words) const { return text().find(words) != std::string::npos; }

    // Waits for lines of another thread; false after a timeout.
    bool will_say(std::string_view words) const {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!says(words)) {
            if (std::chrono::steady_clock::now() > end) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return true;
    }

private:
    static void report_to([[maybe_unused]] int descriptor) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        __sanitizer_set_report_fd(reinterpret_cast<void*>(std::intptr_t{descriptor}));
#endif
    }

    static int divert(const std::filesystem::path& file) {
        const int to = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        const int before = ::fcntl(2, F_DUPFD_CLOEXEC, 3);
        if (to < 0 || before < 0 || ::dup2(to, 2) < 0) throw std::runtime_error("cannot capture standard error");
        ::close(to);
        return before;
    }

    temporary_folder folder_;
    std::filesystem::path file_ = folder_.path() / "stderr";
    int before_ = divert(file_);
    toolrack::log log_;
};

}  // namespace toolrack::test
