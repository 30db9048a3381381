#include "cli/status_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <toolrack/json.hpp>
#include <vector>

#include "base/text.hpp"
#include "cli/control_client.hpp"
#include "wire/json.hpp"

namespace toolrack::cli {
namespace {

// The server may be of another version: members that it does not send read as empty.
class status_object {
public:
    explicit status_object(const json::value& object) : object_(object) {}

    std::string text(const char* name) const {
        return printable(wire::string_member(object_, name).value_or(""), 4000);
    }
    std::int64_t number(const char* name) const {
        const auto found = object_.find(name);
        return found && found->is_number() ? found->i64() : 0;
    }
    bool flag(const char* name) const {
        const auto found = object_.find(name);
        return found && found->is_bool() && found->boolean();
    }
    std::vector<json::value> list(const char* name) const {
        const auto found = object_.find(name);
        std::vector<json::value> all;
        if (found && found->is_array())
            for (const auto one : *found) all.push_back(one);
        return all;
    }

private:
    json::value object_;
};

std::string format_duration(std::int64_t seconds) {
    constexpr std::int64_t minute = 60, hour = 60 * minute, day = 24 * hour;
    if (seconds >= day) return fmt::format("{} d {} h", seconds / day, seconds % day / hour);
    if (seconds >= hour) return fmt::format("{} h {} min", seconds / hour, seconds % hour / minute);
    if (seconds >= minute) return fmt::format("{} min {} s", seconds / minute, seconds % minute);
    return fmt::format("{} s", seconds);
}

void print_line(const char* title, const std::string& text) {
    if (!text.empty()) std::puts(fmt::format("  {:8} {}", title, text).c_str());
}

void print_remark(const std::string& text) { std::puts(fmt::format("             {}", text).c_str()); }

// Prints the title before the first line only.
void print_lines(const char* title, const std::vector<json::value>& lines) {
    for (const auto& one : lines) {
        print_line(title, printable(one.str(), 4000));
        title = "";
    }
}

void print_instance(const char* title, const status_object& instance, std::size_t name_width) {
    const auto state = instance.text("state");
    std::string text = fmt::format(
        "{:{}}  {}, {}", instance.text("name"), name_width, state, counted(instance.number("calls"), "call"));
    if (const auto active = instance.number("activeCalls")) text += fmt::format(", {} active", active);
    if (const auto crashes = instance.number("workerCrashes")) text += ", crashed " + counted(crashes, "time");
    print_line(title, text);
    if (state != "serving")
        print_remark(fmt::format("{} since {}: {}", state, instance.text("since"), instance.text("reason")));
    if (const auto reason = instance.text("staleReason"); !reason.empty())
        print_remark("stale, the configured version failed: " + reason);
    if (const auto reason = instance.text("degradedReason"); !reason.empty())
        print_remark(fmt::format("degraded since {}: {}", instance.text("degradedSince"), reason));
}

void print_instances(const char* title, const std::vector<json::value>& all) {
    std::size_t name_width = 0;
    for (const auto& one : all) name_width = std::max(name_width, status_object(one).text("name").size());
    for (const auto& one : all) {
        print_instance(title, status_object(one), name_width);
        title = "";
    }
    if (all.empty()) print_line(title, "none");
}

void print(const status_object& status) {
    std::puts(fmt::format("toolrack {}, {}, up {}, process {}",
                          status.text("version"),
                          status.flag("ready") ? "ready" : "NOT READY",
                          format_duration(status.number("uptimeSeconds")),
                          status.number("pid"))
                  .c_str());
    print_line("config",
               fmt::format("{}, loaded {} (generation {})",
                           status.text("configFile"),
                           status.text("configLoadedAt"),
                           status.number("generation")));
    if (const auto error = status.text("reloadError"); !error.empty()) print_remark("last reload failed: " + error);
    print_lines("serving", status.list("addresses"));
    if (const auto expiry = status.text("certificateExpiresAt"); !expiry.empty())
        print_line("tls", "certificate valid until " + expiry);
    print_instances("auth", status.list("auth"));
    print_instances("plugins", status.list("plugins"));
    print_lines("problems", status.list("problems"));
    if (const auto lost = status.number("auditLinesLost")) print_line("audit", counted(lost, "line") + " lost");
    print_line("now",
               fmt::format("{}, {}, {}, {}, {:.1f} MiB held for clients",
                           counted(status.number("connections"), "connection"),
                           counted(status.number("streams"), "stream"),
                           counted(status.number("sessions"), "session"),
                           counted(status.number("tasks"), "task"),
                           static_cast<double>(status.number("heldBytes")) / (1024 * 1024)));
}

}  // namespace

exit_code run_status(const std::filesystem::path& config, bool as_json) {
    const auto line = request_status(config);
    const status_object status{json::value(line)};
    if (as_json) std::puts(line.c_str());
    else print(status);
    return status.flag("ready") ? exit_code::ok : exit_code::unavailable;
}

}  // namespace toolrack::cli
