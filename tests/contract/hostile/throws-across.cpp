// Throws across the boundary: its start() is not noexcept.
#include <stdexcept>
#include <string_view>

#include <toolrack/plugin.hpp>

namespace {

void throwing_start(toolrack_instance*, toolrack_call, const toolrack_request*) {
    throw std::runtime_error("this crosses");
}

void set_up(toolrack::setup& s) {
    s.tool("throw", "Throws.", toolrack::object({}), [](toolrack::call&) { return toolrack::text("never"); });
    s.tool("throw_at_once", "Throws on the calling thread.", toolrack::object({}), [](toolrack::call&) {
         return toolrack::text("never");
     }).quick();
}

toolrack_instance*
create(const toolrack_host* host, toolrack_str options, void (*complain)(void*, toolrack_str), void* context) noexcept {
    return toolrack::detail::create(set_up, host, options, complain, context);
}

// The table of the SDK with a start() that throws.
const void* get_extension(toolrack_instance* self, const char* id) noexcept {
    static toolrack_features features{};
    const auto* const made = toolrack::detail::get_extension(self, id);
    if (std::string_view(id) != TOOLRACK_EXT_FEATURES || !made) return made;
    features = *static_cast<const toolrack_features*>(made);
    features.start = reinterpret_cast<decltype(features.start)>(throwing_start);
    return &features;
}

constexpr toolrack_plugin plugin = {sizeof plugin,
                                    TOOLRACK_ABI_MINOR,
                                    "org.example.throws-across",
                                    "1.0.0",
                                    toolrack::detail::tools_without_options,
                                    create,
                                    toolrack::detail::destroy,
                                    get_extension};

}  // namespace

TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void) { return &plugin; }
