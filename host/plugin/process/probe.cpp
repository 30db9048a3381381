#include "plugin/process/probe.hpp"

#include <toolrack/json.hpp>
#include <variant>

#include "base/text.hpp"
#include "plugin/process/confinement.hpp"
#include "plugin/process/worker.hpp"
#include "wire/json.hpp"

namespace toolrack::plugin {
namespace {

constexpr std::size_t longest_frame = 16 * 1024 * 1024;
constexpr auto ignore = [](const from_worker::any&) {};

// Read access everywhere, for the libraries that it is linked with; nothing else.
std::string read_only_confinement(const std::filesystem::path& library) {
    config::sandbox granted;
    granted.read = {"/"};
    return to_json({granted, library, {}, 1 + listing_threads});
}

// `confinement` outlives it.
to_worker::hello hello_with(std::string_view confinement) {
    to_worker::hello hello;
    hello.name = "probe";
    hello.confinement = confinement;
    hello.longest = longest_frame;
    return hello;
}

void add_text(std::string& json, std::string_view member, std::string_view text) {
    json += json.back() == '{' ? "\"" : ",\"";
    json += member;
    json += "\":";
    json::write_string(json, text);
}

std::string features_of(const std::vector<feature>& all) {
    std::string json = R"(,"features":[)";
    for (const auto& one : all) {
        if (json.back() == '}') json += ',';
        json += '{';
        add_text(json, "kind", one.kind);
        // A definition that is not JSON is shown as a string.
        if (wire::check_json(one.definition)) add_text(json, "definition", one.definition);
        else json += R"(,"definition":)" + one.definition;
        json += '}';
    }
    return json + ']';
}

std::string features_error(const complaint& why) {
    std::string json = R"(,"featuresError":)";
    json::write_string(json, why.why());
    return json;
}

std::string features_or_error(worker& process) {
    const auto created = process.create("{}", ignore);
    if (!created) return features_error(created.error());
    if (!created->offers_features) return features_of({});
    const auto listed = process.list(ignore);
    return listed ? features_of(*listed) : features_error(listed.error());
}

}  // namespace

library_probe probe_in_worker(const program& program, log& log) {
    return [&program, &log](const std::filesystem::path& library) -> std::optional<std::string> {
        wakeup_event wakeup;
        worker process(program, "probe", longest_frame, wakeup, log);
        const auto confinement = read_only_confinement(library);
        const auto about = process.load(hello_with(confinement), ignore);
        if (!about) return about.error().why();
        return std::nullopt;
    };
}

result<std::string, complaint> inspect(const program& program, const std::filesystem::path& library, log& log) {
    wakeup_event wakeup;
    worker process(program, "probe", longest_frame, wakeup, log);
    const auto confinement = read_only_confinement(library);
    const auto about = process.load(hello_with(confinement), ignore);
    if (!about) return about.error();

    std::string json = "{";
    add_text(json, "id", about->id);
    add_text(json, "version", about->version);
    add_text(json, "abi", "1." + std::to_string(about->abi_minor));
    json += R"(,"description":)" + about->json;
    json += features_or_error(process);
    json += "}\n";
    return json;
}

}  // namespace toolrack::plugin
