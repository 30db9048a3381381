// The translation between the C contract and the SDK: C structs to C++ values, and the functions of
// the C tables to C++ functions. Every function is noexcept and does nothing else.
#pragma once

#include <exception>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "toolrack/abi.h"
#include "toolrack/detail/call_dispatcher.hpp"
#include "toolrack/detail/host_interface.hpp"
#include "toolrack/detail/registry.hpp"
#include "toolrack/detail/request.hpp"
#include "toolrack/setup.hpp"

namespace toolrack::detail {

inline toolrack_str str(std::string_view text) { return {text.data(), text.size()}; }

// Calls the host through its C tables. Any thread may use it.
class host_tables : public host_interface {
public:
    explicit host_tables(const toolrack_host& host)
        : host_(host), changes_(extension<toolrack_changes>(TOOLRACK_EXT_CHANGES)),
          auth_(extension<toolrack_auth_host>(TOOLRACK_EXT_AUTH_HOST)),
          health_(extension<toolrack_health>(TOOLRACK_EXT_HEALTH)) {}

    void log(severity how, std::string_view line) noexcept final {
        host_.log(&host_, static_cast<toolrack_severity>(how), str(line));
    }
    void notify(toolrack_call call, std::string_view method, std::string_view params) noexcept final {
        host_.notify(&host_, call, str(method), str(params));
    }
    void finish(toolrack_call call, toolrack_outcome outcome, std::string_view json) noexcept final {
        host_.finish(&host_, call, outcome, str(json));
    }
    bool cancelled(toolrack_call call) noexcept final { return host_.cancelled(&host_, call); }

    std::stop_token watch_cancel(toolrack_call call) final;
    void unwatch_cancel(toolrack_call call) noexcept final;
    void wake(toolrack_call cancelled) noexcept;

    void list_changed(std::string_view kind) noexcept final {
        if (changes_) changes_->list_changed(&host_, str(kind));
    }
    void resource_updated(std::string_view uri) noexcept final {
        if (changes_) changes_->resource_updated(&host_, str(uri));
    }

    void grant(toolrack_call check, const toolrack::grant& who) noexcept final;
    void refuse(toolrack_call check, toolrack_refusal kind, std::string_view why) noexcept final {
        if (auth_) auth_->refuse(&host_, check, kind, str(why));
    }
    void forget(std::string_view credential) noexcept final {
        if (auth_) auth_->forget(&host_, str(credential));
    }
    void report_degraded(std::string_view reason) noexcept final {
        if (health_) health_->report_degraded(&host_, str(reason));
    }

private:
    template <class Extension>
    const Extension* extension(const char* id) const {
        return static_cast<const Extension*>(host_.get_extension(&host_, id));
    }

    const toolrack_host& host_;
    const toolrack_changes* const changes_;  // null if the host does not have it
    const toolrack_auth_host* const auth_;
    const toolrack_health* const health_;
    std::mutex mutex_;
    std::unordered_map<toolrack_call, std::stop_source> watched_;  // calls that handlers watch
};

inline std::stop_token host_tables::watch_cancel(toolrack_call call) {
    std::stop_source source(std::nostopstate);
    {
        const std::lock_guard lock(mutex_);
        source = watched_.try_emplace(call).first->second;
    }
    // The call may have been cancelled before it was watched.
    if (cancelled(call)) source.request_stop();
    return source.get_token();
}

inline void host_tables::unwatch_cancel(toolrack_call call) noexcept {
    const std::lock_guard lock(mutex_);
    watched_.erase(call);
}

// Runs the callbacks without the lock, because they may finish their call.
inline void host_tables::wake(toolrack_call cancelled) noexcept {
    std::stop_source source(std::nostopstate);
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = watched_.find(cancelled); found != watched_.end()) source = found->second;
    }
    source.request_stop();
}

inline void host_tables::grant(toolrack_call check, const toolrack::grant& who) noexcept {
    if (!auth_) return;
    try {
        std::vector<toolrack_str> scopes;
        for (const std::string& scope : who.scopes) scopes.push_back(str(scope));
        const toolrack_principal principal = {sizeof principal,
                                              str(who.subject),
                                              str(who.issuer),
                                              str(who.credential),
                                              scopes.data(),
                                              scopes.size(),
                                              who.expires,
                                              who.keep.count()};
        auth_->grant(&host_, check, &principal);
    } catch (...) {
        refuse(check, TOOLRACK_UNAVAILABLE, "the backend ran out of memory");
    }
}

}  // namespace toolrack::detail

// One instance of the plugin. abi.h defines the name, so it is not in the namespace.
struct toolrack_instance {
    explicit toolrack_instance(const toolrack_host& tables) : host(tables) {}

    toolrack::detail::host_tables host;  // outlives the other members, which use it
    toolrack::detail::registry offered;
    toolrack::detail::call_dispatcher dispatcher{host, offered};
    toolrack_auth auth = {};  // its traits differ from instance to instance
};

namespace toolrack::detail {

// ---- toolrack.features/1 ----

inline bool
list(toolrack_instance* self, void (*emit)(void*, toolrack_str, toolrack_str, toolrack_str), void* context) noexcept {
    try {
        for (const feature& each : self->offered.features)
            if (each.is_listed())
                emit(context, str(name_of(each.which())), str(each.definition().str()), str(each.attributes().str()));
        if (self->offered.more_resources)
            for (const json::text& each : self->offered.more_resources())
                emit(context, str("resource"), str(each.str()), str("{}"));
        return true;
    } catch (...) {
        return false;
    }
}

inline void start(toolrack_instance* self, toolrack_call call, const toolrack_request* request) noexcept {
    self->dispatcher.start(call, *request);
}

inline void cancel(toolrack_instance* self, toolrack_call call) noexcept { self->host.wake(call); }

inline void watch(toolrack_instance* self, toolrack_str uri, bool on) noexcept {
    try {
        if (self->offered.watch_handler) self->offered.watch_handler(view(uri), on);
    } catch (...) {
        self->host.log(severity::error, "the watch function threw an exception");
    }
}

inline constexpr toolrack_features features_table = {sizeof(toolrack_features), list, start, cancel, watch};

// ---- toolrack.auth/1 ----

inline void metadata(toolrack_instance* self, void (*emit)(void*, toolrack_str), void* context) noexcept {
    emit(context, str(self->offered.authenticator->metadata()));
}

inline void authenticate(toolrack_instance* self, toolrack_call id, const toolrack_facts* shown) noexcept {
    const facts plain = {view(shown->token),
                         view(shown->resource),
                         view(shown->peer),
                         view(shown->certificate),
                         shown->peer_uid,
                         shown->peer_gid,
                         shown->now};
    check asked(self->host, id, plain);
    try {
        self->offered.authenticator->decide(asked);
    } catch (...) {
        // The exception is not logged, because its text may contain the token. The destructor of the
        // check refuses.
        self->host.log(severity::error, "the auth handler threw an exception");
    }
}

// ---- toolrack_plugin ----

using setup_function = void (*)(setup&);

inline toolrack_instance* create(setup_function set_up,
                                 const toolrack_host* host,
                                 toolrack_str options,
                                 void (*complain)(void*, toolrack_str),
                                 void* context) noexcept {
    try {
        auto self = std::make_unique<toolrack_instance>(*host);
        setup s(self->host, self->offered, view(options));
        set_up(s);
        if (self->offered.authenticator)
            self->auth = {sizeof(toolrack_auth), self->offered.authenticator->traits(), metadata, authenticate};
        return self.release();
    } catch (const std::exception& e) {
        complain(context, str(e.what()));
    } catch (...) {
        complain(context, str("the setup function threw an exception that is not a std::exception"));
    }
    return nullptr;
}

inline void destroy(toolrack_instance* self) noexcept { delete self; }

inline const void* get_extension(toolrack_instance* self, const char* id) noexcept {
    const std::string_view wanted = id;
    if (wanted == TOOLRACK_EXT_FEATURES && !self->offered.features.empty()) return &features_table;
    if (wanted == TOOLRACK_EXT_AUTH && self->offered.authenticator) return &self->auth;
    return nullptr;
}

template <setup_function SetUp>
toolrack_instance* create_with(const toolrack_host* host,
                               toolrack_str options,
                               void (*complain)(void*, toolrack_str),
                               void* context) noexcept {
    return create(SetUp, host, options, complain, context);
}

inline constexpr const char* tools_without_options =
    R"({"kinds":["tools"],"options":{"type":"object","additionalProperties":false}})";

template <setup_function SetUp>
consteval toolrack_plugin plugin(const char* id, const char* version, const char* description = tools_without_options) {
    return {sizeof(toolrack_plugin),
            TOOLRACK_ABI_MINOR,
            id,
            version,
            description,
            create_with<SetUp>,
            destroy,
            get_extension};
}

}  // namespace toolrack::detail
