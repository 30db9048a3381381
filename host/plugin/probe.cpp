#include "plugin/probe.hpp"

#include <sys/resource.h>
#include <toolrack/abi.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <string_view>
#include <toolrack/json.hpp>

#include "base/child.hpp"
#include "base/text.hpp"
#include "plugin/instance.hpp"
#include "plugin/library.hpp"
#include "wire/json.hpp"

namespace toolrack::plugin {
namespace {

constexpr auto time_limit = std::chrono::seconds(10);
constexpr std::size_t longest_answer = 64u * 1024 * 1024;

// What the child was doing last, told before it does it.
constexpr std::string_view loading = "loading\n";
constexpr std::string_view listing = "listing\n";

void say(std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(answer_descriptor, text.data(), text.size());
        if (written <= 0) ::_exit(1);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::string_view signal_name(int number) {
    switch (number) {
    case SIGSEGV: return "a segmentation fault";
    case SIGABRT: return "abort()";
    case SIGILL: return "an illegal instruction";
    case SIGFPE: return "an arithmetic fault";
    case SIGBUS: return "a bus error";
    default: return "a signal";
    }
}

// The last line of the answer when the child came to its end, else why it did not.
result<std::string, complaint> ask_child(const std::string& program,
                                           const std::filesystem::path& library,
                                           bool with_features) {
    std::vector<std::string> arguments{probe_command, library.string()};
    if (with_features) arguments.push_back("--features");
    const auto answer = run_child(program, arguments, time_limit, longest_answer);

    const bool listed = answer.text.find(listing) != std::string::npos;
    const std::string_view while_it = listed ? "while it listed its features" : "while it was loaded and described";
    if (answer.timed_out)
        return complain("it was not done after " + std::to_string(time_limit.count()) + " s " + std::string(while_it));
    if (answer.too_long) return complain("it said far too much " + std::string(while_it));
    if (answer.signal)
        return complain("it crashed " + std::string(while_it) + " (" + std::string(signal_name(answer.signal)) +
                         ", signal " + std::to_string(answer.signal) + ")");

    const auto start = answer.text.find('{');
    if (start == std::string::npos || wire::check_json(std::string_view(answer.text).substr(start)))
        return complain("it ended the process " + std::string(while_it) + " (exit status " +
                         std::to_string(answer.exit_status) + ")");
    return answer.text.substr(start);
}

std::string features_of(const std::shared_ptr<const library>& opened) {
    say(listing);
    log quiet(severity::error);
    config::plugin settings;
    settings.name = "inspect";
    const clock clock;
    const changes nobody_hears;
    auto made = make_host_instance(opened, settings, {quiet, clock, nobody_hears});
    std::string json;
    if (!made) {
        json += R"(,"featuresError":)";
        json::write_string(json, made.error().why());
        return json;
    }
    const auto listed = (*made)->list();
    if (!listed) {
        json += R"(,"featuresError":)";
        json::write_string(json, listed.error().why());
        return json;
    }
    json += R"(,"features":[)";
    for (const auto& one : *listed) {
        if (json.back() == '}') json += ',';
        json += R"({"kind":)";
        json::write_string(json, one.kind);
        // A definition that is not JSON is shown as the string it is.
        json += R"(,"definition":)";
        if (wire::check_json(one.definition)) json::write_string(json, one.definition);
        else json += one.definition;
        json += '}';
    }
    json += ']';
    return json;
}

}  // namespace

std::optional<std::string> probe(const std::string& program, const std::filesystem::path& library) {
    const auto answer = ask_child(program, library, false);
    if (!answer) return answer.error().why();
    return wire::string_member(json::value(*answer), "error");
}

result<std::string, complaint> inspect(const std::string& program, const std::filesystem::path& library) {
    auto answer = ask_child(program, library, true);
    if (!answer) return answer;
    if (const auto error = wire::string_member(json::value(*answer), "error")) return complain(*error);
    return answer;
}

int run_probe(const std::filesystem::path& file, bool with_features) {
    // A crash here is an answer, not something to keep.
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);

    say(loading);
    const auto opened = load(file);
    std::string json;
    if (!opened) {
        json += R"({"error":)";
        json::write_string(json, opened.error().why());
    } else {
        const auto& table = (*opened)->table();
        json += R"({"id":)";
        json::write_string(json, table.id);
        json += R"(,"version":)";
        json::write_string(json, table.version);
        json += R"(,"abi":"1.)" + std::to_string(table.abi_minor) + R"(","description":)";
        json += table.description;
        if (with_features) json += features_of(*opened);
    }
    json += "}\n";
    say(json);
    ::_exit(0);  // without the library's destructors: they are not what was asked about
}

}  // namespace toolrack::plugin
