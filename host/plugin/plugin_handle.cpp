#include "plugin/plugin_handle.hpp"

#include <optional>
#include <utility>

#include "base/text.hpp"
#include "plugin/host_table.hpp"

namespace toolrack::plugin {

result<std::unique_ptr<plugin_handle>, complaint>
plugin_handle::create(std::shared_ptr<const library> library, const toolrack_host& host, std::string_view options) {
    std::string why;
    const auto copy_why = [](void* context, toolrack_str text) {
        static_cast<std::string*>(context)->assign(view(text));
    };
    auto* const self = library->table().create(&host, view(options), copy_why, &why);
    if (!self)
        return complain(why.empty() ? "its create() failed without a reason"
                                    : "its create() failed: " + printable(why, 1000));
    std::unique_ptr<plugin_handle> made(new plugin_handle(std::move(library), self));
    if (const auto found = made->find_tables(); !found) return found.error();
    return made;
}

result<void, complaint> plugin_handle::find_tables() {
    const auto& table = library_->table();
    features_ = static_cast<const toolrack_features*>(table.get_extension(self_, TOOLRACK_EXT_FEATURES));
    auth_ = static_cast<const toolrack_auth*>(table.get_extension(self_, TOOLRACK_EXT_AUTH));
    if (features_ && (!TOOLRACK_HAS(features_, toolrack_features, start) || !features_->list || !features_->start))
        return complain("its table " TOOLRACK_EXT_FEATURES " is too short or lacks list() or start()");
    if (auth_ && (!TOOLRACK_HAS(auth_, toolrack_auth, authenticate) || !auth_->authenticate))
        return complain("its table " TOOLRACK_EXT_AUTH " is too short or lacks authenticate()");
    if (!features_ && !auth_) return complain("it offers neither features nor authentication");
    return {};
}

plugin_handle::~plugin_handle() { library_->table().destroy(self_); }

bool plugin_handle::list(const emitter& emit) const {
    const auto pass_on = [](void* context, toolrack_str kind, toolrack_str definition, toolrack_str attributes) {
        (*static_cast<const emitter*>(context))(view(kind), view(definition), view(attributes));
    };
    return features_->list(self_, pass_on, const_cast<emitter*>(&emit));
}

void plugin_handle::cancel(toolrack_call call) const {
    if (TOOLRACK_HAS(features_, toolrack_features, cancel) && features_->cancel) features_->cancel(self_, call);
}

bool plugin_handle::has_watch() const noexcept {
    return features_ && TOOLRACK_HAS(features_, toolrack_features, watch) && features_->watch;
}

void plugin_handle::watch(std::string_view uri, bool on) const { features_->watch(self_, view(uri), on); }

std::string plugin_handle::auth_metadata(std::size_t most) const {
    struct emitted {
        std::size_t most;
        std::optional<std::string> json;
    } first{most, {}};
    const auto copy = [](void* context, toolrack_str json) {
        auto& into = *static_cast<emitted*>(context);
        if (!into.json) into.json = view(json).substr(0, into.most);
    };
    if (auth_ && auth_->metadata) auth_->metadata(self_, copy, &first);
    return first.json.value_or(std::string());
}

}  // namespace toolrack::plugin
