#include "cli/status_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <toolrack/json.hpp>
#include <vector>

#include "app/control.hpp"
#include "base/text.hpp"
#include "wire/json.hpp"

namespace toolrack::cli {
namespace {

// The server is another program, perhaps of another version: what it does not say is empty.
class report {
public:
    explicit report(const json::value& said) : said_(said) {}

    std::string text(const char* name) const { return printable(wire::string_member(said_, name).value_or(""), 4000); }
    std::int64_t number(const char* name) const {
        const auto found = said_.find(name);
        return found && found->is_number() ? found->i64() : 0;
    }
    bool flag(const char* name) const {
        const auto found = said_.find(name);
        return found && found->is_bool() && found->boolean();
    }
    std::vector<json::value> list(const char* name) const {
        const auto found = said_.find(name);
        std::vector<json::value> all;
        if (found && found->is_array())
            for (const auto one : *found) all.push_back(one);
        return all;
    }

private:
    json::value said_;
};

std::string in_words(std::int64_t seconds) {
    constexpr std::int64_t minute = 60, hour = 60 * minute, day = 24 * hour;
    if (seconds >= day) return fmt::format("{} d {} h", seconds / day, seconds % day / hour);
    if (seconds >= hour) return fmt::format("{} h {} min", seconds / hour, seconds % hour / minute);
    if (seconds >= minute) return fmt::format("{} min {} s", seconds / minute, seconds % minute);
    return fmt::format("{} s", seconds);
}

std::string counted(std::int64_t count, const char* one) {
    return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

void print_line(const char* title, const std::string& text) {
    if (!text.empty()) std::puts(fmt::format("  {:8} {}", title, text).c_str());
}

void print_remark(const std::string& text) {
    if (!text.empty()) std::puts(fmt::format("             {}", text).c_str());
}

void print_instances(const char* title, const std::vector<json::value>& all) {
    std::size_t longest = 0;
    for (const auto& one : all) longest = std::max(longest, report(one).text("name").size());
    for (const auto& one : all) {
        const report is(one);
        const auto state = is.text("state");
        const auto deaths = is.number("deaths");
        print_line(title, fmt::format("{:{}}  {}, {}{}{}", is.text("name"), longest, state,
                                      counted(is.number("calls"), "call"),
                                      is.number("underWay") ? fmt::format(", {} under way", is.number("underWay")) : "",
                                      deaths ? fmt::format(", ended {} by itself", counted(deaths, "time")) : ""));
        if (state != "serving") print_remark(fmt::format("{} since {}: {}", state, is.text("since"), is.text("why")));
        if (const auto why = is.text("stale"); !why.empty())
            print_remark("stays as it was, for as it is configured now: " + why);
        if (const auto what = is.text("degraded_reason"); !what.empty())
            print_remark(fmt::format("since {}: {}", is.text("ailingSince"), what));
        title = "";
    }
    if (all.empty()) print_line(title, "none");
}

void print(const report& is) {
    std::puts(fmt::format("toolrack {}, {}, for {}, process {}", is.text("version"),
                          is.flag("ready") ? "ready" : "NOT READY",
                          in_words(is.number("uptimeSeconds")), is.number("process")).c_str());
    print_line("config", fmt::format("{}, read {} (generation {})", is.text("configuration"), is.text("read"),
                                     is.number("generation")));
    if (const auto why = is.text("refused"); !why.empty()) print_remark("not taken over since then: " + why);
    const char* title = "serving";
    for (const auto& address : is.list("addresses")) {
        print_line(title, printable(address.str()));
        title = "";
    }
    if (const auto end = is.text("certificateEnds"); !end.empty()) print_line("tls", "certificate valid until " + end);
    print_instances("auth", is.list("auth"));
    print_instances("plugins", is.list("plugins"));
    title = "amiss";
    for (const auto& one : is.list("complaints")) {
        print_line(title, printable(one.str(), 4000));
        title = "";
    }
    if (const auto lost = is.number("auditLinesLost")) print_line("audit", counted(lost, "line") + " lost");
    print_line("now", fmt::format("{}, {}, {}, {}", counted(is.number("connections"), "connection"),
                                  counted(is.number("streams"), "stream"), counted(is.number("sessions"), "session"),
                                  counted(is.number("tasks"), "task")));
}

}  // namespace

exit_code run_status(const std::filesystem::path& config, bool as_json) {
    const auto line = app::ask_how_it_is(config);
    const report is{json::value(line)};
    if (as_json) std::puts(line.c_str());
    else print(is);
    return is.flag("ready") ? exit_code::ok : exit_code::unavailable;
}

}  // namespace toolrack::cli
