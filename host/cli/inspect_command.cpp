#include "cli/inspect_command.hpp"

#include <fmt/format.h>

#include <toolrack/json.hpp>

#include "app/plugin_discovery.hpp"
#include "base/child.hpp"
#include "base/text.hpp"
#include "plugin/library.hpp"
#include "plugin/process/probe.hpp"
#include "wire/json.hpp"

namespace toolrack::cli {
namespace {

std::string text_of(const json::value& object, std::string_view key) {
    return printable(wire::string_member(object, key).value_or(""), 500);
}

void print_options(const json::value& schema) {
    const auto properties = schema.find("properties");
    if (!properties || properties->size() == 0) return fmt::print("options  none\n");
    fmt::print("options\n");
    for (const auto& option : *properties)
        fmt::print("  {}  {}\n", printable(option.key(), 80), text_of(option, "description"));
}

void print_features(const json::value& root) {
    if (const auto error = wire::string_member(root, "featuresError"))
        return fmt::print("offers   cannot be listed without options: {}\n", printable(*error, 1000));
    const auto features = root.find("features");
    if (!features || features->size() == 0) return;
    fmt::print("offers\n");
    for (const auto& feature : *features) {
        const auto definition = feature.find("definition");
        fmt::print("  {} {}  {}\n",
                   text_of(feature, "kind"),
                   text_of(*definition, "name"),
                   text_of(*definition, "description"));
    }
}

void print(const std::filesystem::path& file, const json::value& root) {
    const auto description = root.at("description");
    std::string kinds;
    for (const auto& kind : description.at("kinds")) kinds += (kinds.empty() ? "" : ", ") + printable(kind.str(), 40);
    fmt::print("library  {}\nid       {}\nversion  {}\nabi      {}\nkinds    {}\n",
               file.string(),
               text_of(root, "id"),
               text_of(root, "version"),
               text_of(root, "abi"),
               kinds);
    const auto needs = description.find("needs");
    fmt::print("needs    {}\n", needs && needs->size() ? printable(needs->text(), 1000) : "nothing");
    if (const auto options = description.find("options")) print_options(*options);
    else fmt::print("options  none\n");
    print_features(root);
}

}  // namespace

exit_code run_inspect(const std::filesystem::path& file, bool as_json, log& log) {
    const program worker(app::find_worker_program());
    plugin::library_cache libraries(plugin::probe_in_worker(worker, log), log);
    const auto unusable = [&](const complaint& reason) {
        return failure(file.string() + " is not a usable plugin: " + reason.why() + ".");
    };
    const auto copy = libraries.copy(file);
    if (!copy) throw unusable(copy.error());
    const auto description = plugin::inspect(worker, *copy, log);
    if (!description) throw unusable(description.error());

    if (as_json) fmt::print("{}", *description);
    else print(file, json::value(*description));
    return exit_code::ok;
}

}  // namespace toolrack::cli
