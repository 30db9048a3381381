#include "plugin/probe.hpp"

#include <toolrack/json.hpp>
#include <variant>

#include "base/text.hpp"
#include "plugin/process/confinement.hpp"
#include "plugin/process/worker.hpp"
#include "wire/json.hpp"

namespace toolrack::plugin {
namespace {

constexpr std::size_t longest_frame = 16 * 1024 * 1024;
constexpr auto nobody_listens = [](const from_worker::any&) {};

// It may read whatever libraries it is linked with, wherever these are, and do nothing.
std::string reading_alone(const std::filesystem::path& library) {
    config::sandbox granted;
    granted.read = {"/"};
    return to_json({granted, library, {}, 1 + listing_threads});
}

// `confinement` outlives it.
to_worker::hello introduction(std::string_view confinement) {
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
        // A definition that is not JSON is shown as the string it is.
        if (wire::check_json(one.definition)) add_text(json, "definition", one.definition);
        else json += R"(,"definition":)" + one.definition;
        json += '}';
    }
    return json + ']';
}

std::string why_no_features(const complaint& why) {
    std::string json = R"(,"featuresError":)";
    json::write_string(json, why.why());
    return json;
}

std::string offers_of(worker& now) {
    const auto created = now.set_up("{}", nobody_listens);
    if (!created) return why_no_features(created.error());
    if (!created->offers_features) return features_of({});
    const auto listed = now.list(nobody_listens);
    return listed ? features_of(*listed) : why_no_features(listed.error());
}

}  // namespace

std::optional<std::string> probe(const program& program, const std::filesystem::path& library, log& log) {
    wakeup_event wakeup_event;
    worker now(program, "probe", longest_frame, wakeup_event, log);
    const auto confinement = reading_alone(library);
    const auto about = now.introduce(introduction(confinement), nobody_listens);
    if (!about) return about.error().why();
    return std::nullopt;
}

result<std::string, complaint> inspect(const program& program, const std::filesystem::path& library, log& log) {
    wakeup_event wakeup_event;
    worker now(program, "probe", longest_frame, wakeup_event, log);
    const auto confinement = reading_alone(library);
    const auto about = now.introduce(introduction(confinement), nobody_listens);
    if (!about) return about.error();

    std::string json = "{";
    add_text(json, "id", about->id);
    add_text(json, "version", about->version);
    add_text(json, "abi", "1." + std::to_string(about->abi_minor));
    json += R"(,"description":)" + about->json;
    json += offers_of(now);
    json += "}\n";
    return json;
}

}  // namespace toolrack::plugin
