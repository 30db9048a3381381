#include "base/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <cstdlib>

#include "base/redact.hpp"
#include "base/text.hpp"

namespace toolrack {
namespace {

spdlog::level::level_enum level_of(severity kind) {
    if (kind <= severity::error) return spdlog::level::err;
    if (kind == severity::warning) return spdlog::level::warn;
    if (kind <= severity::info) return spdlog::level::info;
    return spdlog::level::debug;
}

}  // namespace

class log::sink {
public:
    sink() : logger_("toolrack", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()) {
        logger_.set_level(spdlog::level::trace);
        // The journal of systemd adds the time itself.
        logger_.set_pattern(std::getenv("JOURNAL_STREAM") ? "%^%l%$: %v" : "%Y-%m-%dT%H:%M:%S.%e%z %^%l%$: %v");
    }

    void write(severity kind, std::string_view line) {
        logger_.log(level_of(kind), spdlog::string_view_t(line.data(), line.size()));
    }

private:
    spdlog::logger logger_;
};

log::log(severity least) : least_(least), sink_(std::make_unique<sink>()) {}
log::~log() = default;

void log::write(severity kind, std::string_view line) {
    constexpr std::size_t longest_line = 4096;
    if (writes(kind)) sink_->write(kind, redacted(printable(line, longest_line)));
}

}  // namespace toolrack
