// A plugin handle: the C++ side of one toolrack_instance and its function tables.
//
// The same in the host and in a worker. The owner follows the thread tags of the ABI, and destroys the handle only
// after every call has finished.
#pragma once

#include <toolrack/abi.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "plugin/library.hpp"

namespace toolrack::plugin {

class plugin_handle {
public:
    // `host` outlives it. The error is the end of a sentence. [setup]
    static result<std::unique_ptr<plugin_handle>, complaint>
    create(std::shared_ptr<const library> library, const toolrack_host& host, std::string_view options);
    ~plugin_handle();
    plugin_handle(const plugin_handle&) = delete;
    plugin_handle& operator=(const plugin_handle&) = delete;

    bool offers_features() const noexcept { return features_ != nullptr; }
    bool offers_auth() const noexcept { return auth_ != nullptr; }
    std::uint64_t auth_traits() const noexcept { return auth_ ? auth_->traits : 0; }

    // Emits (kind, definition, attributes) of each feature; false when the plugin fails to list them. [worker]
    using emitter = std::function<void(std::string_view, std::string_view, std::string_view)>;
    bool list(const emitter& emit) const;
    void start(toolrack_call call, const toolrack_request& request) const { features_->start(self_, call, &request); }
    // Does nothing when the plugin has no cancel().
    void cancel(toolrack_call call) const;
    bool has_watch() const noexcept;
    void watch(std::string_view uri, bool on) const;

    void authenticate(toolrack_call check, const toolrack_facts& facts) const {
        auth_->authenticate(self_, check, &facts);
    }
    // The first JSON that the backend emits, cut at `most` bytes; empty: none.
    std::string auth_metadata(std::size_t most) const;

private:
    plugin_handle(std::shared_ptr<const library> library, toolrack_instance* self)
        : library_(std::move(library)), self_(self) {}
    result<void, complaint> find_tables();

    std::shared_ptr<const library> library_;
    toolrack_instance* self_;
    const toolrack_features* features_ = nullptr;
    const toolrack_auth* auth_ = nullptr;
};

}  // namespace toolrack::plugin
