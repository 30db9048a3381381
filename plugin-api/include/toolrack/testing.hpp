// A host for unit tests: creates an instance of the plugin that is linked into the same program and
// calls it like the server. Independent of any test framework.
//
//     toolrack::testing::host host(R"({"greeting": "Hello"})");
//     auto answer = host.call("greet", R"({"who": "Ann"})");
//     CHECK(answer.text() == "Hello, Ann!");
//
// The constructor throws setup_refused if the plugin rejects the options. Unlike the server, this host
// does not check schemas, scopes or limits.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "toolrack/abi.h"
#include "toolrack/json.hpp"

// The plugin under test.
TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void);

namespace toolrack::testing {

// The plugin's create() failed; what() is the sentence of its complaint.
class setup_refused : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// One feature of list(). definition and attributes are JSON.
struct listed {
    std::string kind, definition, attributes;
};

struct notification {
    std::string method, params;
};

// How a call ended.
struct answer {
    toolrack_outcome outcome = TOOLRACK_FAILED;
    std::string json;
    std::vector<notification> notifications;  // in order, up to the answer

    json::value value() const& { return json::value(json); }
    json::value value() && = delete;  // its result would refer to a destroyed answer
    bool is_done() const { return outcome == TOOLRACK_DONE; }
    bool is_tool_error() const { return is_done() && value().find("isError").has_value(); }
    // The code of a JSON-RPC error; 0 for any other answer.
    int code() const;
    // The first text content, or the message of an error.
    std::string text() const;
};

// The decision of an auth backend. refusal and why only if it did not grant.
struct decision {
    bool granted = false;
    std::string subject, issuer, credential;
    std::vector<std::string> scopes;
    std::int64_t expires = 0, keep = 0;
    toolrack_refusal refusal = TOOLRACK_UNAVAILABLE;
    std::string why;
};

// A request. The defaults are those of a plain tool call.
struct request {
    std::string method = "tools/call";
    std::string name = {};
    std::string params = "{}";
    std::string subject = "tester";
    std::string issuer = "testing";
    std::vector<std::string> scopes = {"*"};
    std::string client = R"({"name":"testing","version":"1","capabilities":{}})";
    std::string responses = {};
    std::string state = {};
    std::string traceparent = {};
    std::chrono::milliseconds deadline = std::chrono::minutes(1);  // from now
};

// Any thread may use it.
class host {
public:
    explicit host(std::string_view options = "{}", const toolrack_plugin* plugin = toolrack_plugin_v1());
    host(const host&) = delete;
    ~host();

    // ---- features ----

    std::vector<listed> features();
    // The JSON of one definition; throws if there is no feature of that name or uri.
    std::string definition(std::string_view kind, std::string_view name);

    answer call(std::string_view tool, std::string_view arguments = "{}");
    answer ask(const request& what) { return wait(start(what)); }
    void watch(std::string_view uri, bool on);

    // A call in steps. wait() throws after ten seconds without an answer.
    toolrack_call start(const request& what);
    void cancel(toolrack_call call);
    answer wait(toolrack_call call);

    // ---- auth ----

    decision authenticate(std::string_view token) { return authenticate(facts_with(token)); }
    decision authenticate(const toolrack_facts& shown);
    static toolrack_facts facts_with(std::string_view token);

    // ---- what the plugin reported to the host ----

    std::vector<std::string> log() const { return copy(log_); }
    // The kinds of list_changed() and the uris of resource_updated(), in order.
    std::vector<std::string> changes() const { return copy(changes_); }
    // The credentials of forget(); empty for all.
    std::vector<std::string> forgotten() const { return copy(forgotten_); }
    // The reason of the last report_degraded(); empty if the instance is healthy.
    std::string degraded_reason() const { return copy(degraded_reason_); }
    // The number of answers and notifications that a server ignores: for unknown or finished calls.
    std::size_t strays() const { return copy(strays_); }

    // ---- the C tables, for tests of the contract ----

    toolrack_instance* instance() { return instance_; }
    const toolrack_host* tables() const { return &functions_.table; }
    const toolrack_features& feature_table() const;
    const toolrack_auth& auth_table() const;

private:
    // The table for the plugin, and its owner.
    struct host_functions {
        toolrack_host table;  // first, so that its address is the one of the struct
        testing::host* owner;
    };
    struct call_state {
        testing::answer answer;
        bool ended = false, cancelled = false;
    };

    static testing::host& self(const toolrack_host* table) {
        return *reinterpret_cast<const host_functions*>(table)->owner;
    }
    static std::string string(toolrack_str text) {
        return text.size == 0 ? std::string() : std::string(text.data, text.size);
    }
    static toolrack_str str(std::string_view text) { return {text.data(), text.size()}; }

    static const void* get_extension(const toolrack_host*, const char* id) noexcept;
    static void write_log(const toolrack_host*, toolrack_severity, toolrack_str) noexcept;
    static void notify(const toolrack_host*, toolrack_call, toolrack_str, toolrack_str) noexcept;
    static void finish(const toolrack_host*, toolrack_call, toolrack_outcome, toolrack_str) noexcept;
    static bool cancelled(const toolrack_host*, toolrack_call) noexcept;
    static void list_changed(const toolrack_host*, toolrack_str) noexcept;
    static void grant(const toolrack_host*, toolrack_call, const toolrack_principal*) noexcept;
    static void refuse(const toolrack_host*, toolrack_call, toolrack_refusal, toolrack_str) noexcept;
    static void forget(const toolrack_host*, toolrack_str) noexcept;
    static void report_degraded(const toolrack_host*, toolrack_str) noexcept;

    static constexpr toolrack_changes changes_table = {sizeof(toolrack_changes), list_changed, list_changed};
    static constexpr toolrack_auth_host auth_host_table = {sizeof(toolrack_auth_host), grant, refuse, forget};
    static constexpr toolrack_health health_table = {sizeof(toolrack_health), report_degraded};

    template <class Value>
    Value copy(const Value& value) const {
        const std::lock_guard lock(mutex_);
        return value;
    }
    void decide(toolrack_call check, decision what);

    const toolrack_plugin* plugin_;
    host_functions functions_;
    toolrack_instance* instance_ = nullptr;

    mutable std::mutex mutex_;
    std::condition_variable ended_;
    toolrack_call last_ = 0;
    std::map<toolrack_call, call_state> calls_;
    std::map<toolrack_call, std::optional<decision>> checks_;
    std::vector<std::string> log_, changes_, forgotten_;
    std::string degraded_reason_;
    std::size_t strays_ = 0;
};

inline int answer::code() const { return outcome == TOOLRACK_FAILED ? static_cast<int>(value().at("code").i64()) : 0; }

inline std::string answer::text() const {
    if (outcome == TOOLRACK_FAILED) return value().at("message").str();
    for (const json::value& block : value().at("content"))
        if (block.at("type").str() == "text") return block.at("text").str();
    return {};
}

inline host::host(std::string_view options, const toolrack_plugin* plugin)
    : plugin_(plugin),
      functions_{{sizeof(toolrack_host), TOOLRACK_ABI_MINOR, get_extension, write_log, notify, finish, cancelled},
                 this} {
    std::string complaint;
    const auto complain = [](void* context, toolrack_str why) { *static_cast<std::string*>(context) = string(why); };
    instance_ = plugin_->create(&functions_.table, str(options), complain, &complaint);
    if (!instance_) throw setup_refused(complaint);
}

// Like the server, does not destroy an instance that has an unfinished call.
inline host::~host() {
    std::unique_lock lock(mutex_);
    const auto all_ended = [this] {
        return std::ranges::all_of(calls_, [](const auto& each) { return each.second.ended; });
    };
    if (ended_.wait_for(lock, std::chrono::seconds(10), all_ended)) {
        lock.unlock();
        plugin_->destroy(instance_);
    }
}

inline const toolrack_features& host::feature_table() const {
    const void* table = plugin_->get_extension(instance_, TOOLRACK_EXT_FEATURES);
    if (!table) throw std::logic_error("the plugin offers no features");
    return *static_cast<const toolrack_features*>(table);
}

inline const toolrack_auth& host::auth_table() const {
    const void* table = plugin_->get_extension(instance_, TOOLRACK_EXT_AUTH);
    if (!table) throw std::logic_error("the plugin is not an auth backend");
    return *static_cast<const toolrack_auth*>(table);
}

inline std::vector<listed> host::features() {
    std::vector<listed> all;
    const auto emit = [](void* into, toolrack_str kind, toolrack_str definition, toolrack_str attributes) {
        static_cast<std::vector<listed>*>(into)->push_back({string(kind), string(definition), string(attributes)});
    };
    if (!feature_table().list(instance_, emit, &all))
        throw std::runtime_error("the plugin could not list its features");
    return all;
}

inline std::string host::definition(std::string_view kind, std::string_view name) {
    const char* named_by = kind == "resource" ? "uri" : kind == "template" ? "uriTemplate" : "name";
    for (const listed& each : features())
        if (each.kind == kind && json::value(each.definition).at(named_by).str() == name) return each.definition;
    throw std::runtime_error("no " + std::string(kind) + " is called " + std::string(name));
}

inline answer host::call(std::string_view tool, std::string_view arguments) {
    request what;
    what.name = tool;
    what.params = json::object({{"name", tool}, {"arguments", json::raw(std::string(arguments))}}).str();
    return ask(what);
}

inline void host::watch(std::string_view uri, bool on) {
    if (feature_table().watch) feature_table().watch(instance_, str(uri), on);
}

inline toolrack_call host::start(const request& what) {
    std::vector<toolrack_str> scopes;
    for (const std::string& scope : what.scopes) scopes.push_back(str(scope));
    const auto deadline = (std::chrono::system_clock::now() + what.deadline).time_since_epoch();
    const toolrack_request asked = {sizeof asked,
                                    str(what.method),
                                    str(what.name),
                                    str(what.params),
                                    str(what.subject),
                                    str(what.issuer),
                                    scopes.data(),
                                    scopes.size(),
                                    str(what.client),
                                    str(what.responses),
                                    str(what.state),
                                    str(what.traceparent),
                                    std::chrono::duration_cast<std::chrono::milliseconds>(deadline).count()};
    toolrack_call id = 0;
    {
        const std::lock_guard lock(mutex_);
        id = ++last_;
        calls_[id];
    }
    feature_table().start(instance_, id, &asked);
    return id;
}

inline void host::cancel(toolrack_call call) {
    {
        const std::lock_guard lock(mutex_);
        calls_.at(call).cancelled = true;
    }
    if (feature_table().cancel) feature_table().cancel(instance_, call);
}

inline answer host::wait(toolrack_call call) {
    std::unique_lock lock(mutex_);
    call_state& waited_for = calls_.at(call);
    if (!ended_.wait_for(lock, std::chrono::seconds(10), [&] { return waited_for.ended; }))
        throw std::runtime_error("the plugin did not answer within ten seconds");
    return waited_for.answer;
}

inline toolrack_facts host::facts_with(std::string_view token) {
    return {sizeof(toolrack_facts),
            str(token),
            str("https://tools.example.com/mcp"),
            str("127.0.0.1"),
            {nullptr, 0},
            -1,
            -1,
            std::time(nullptr)};
}

inline decision host::authenticate(const toolrack_facts& shown) {
    toolrack_call id = 0;
    {
        const std::lock_guard lock(mutex_);
        id = ++last_;
        checks_[id];
    }
    auth_table().authenticate(instance_, id, &shown);
    std::unique_lock lock(mutex_);
    if (!ended_.wait_for(lock, std::chrono::seconds(10), [&] { return checks_[id].has_value(); }))
        throw std::runtime_error("the backend did not decide within ten seconds");
    return *checks_[id];
}

// ---- what the plugin calls ----

inline const void* host::get_extension(const toolrack_host*, const char* id) noexcept {
    const std::string_view wanted = id;
    if (wanted == TOOLRACK_EXT_CHANGES) return &changes_table;
    if (wanted == TOOLRACK_EXT_AUTH_HOST) return &auth_host_table;
    if (wanted == TOOLRACK_EXT_HEALTH) return &health_table;
    return nullptr;
}

inline void host::write_log(const toolrack_host* tables, toolrack_severity, toolrack_str line) noexcept {
    host& here = self(tables);
    const std::lock_guard lock(here.mutex_);
    here.log_.push_back(string(line));
}

inline void
host::notify(const toolrack_host* tables, toolrack_call call, toolrack_str method, toolrack_str params) noexcept {
    host& here = self(tables);
    const std::lock_guard lock(here.mutex_);
    const auto found = here.calls_.find(call);
    if (found == here.calls_.end() || found->second.ended) ++here.strays_;
    else found->second.answer.notifications.push_back({string(method), string(params)});
}

inline void
host::finish(const toolrack_host* tables, toolrack_call call, toolrack_outcome outcome, toolrack_str json) noexcept {
    host& here = self(tables);
    const std::lock_guard lock(here.mutex_);
    const auto found = here.calls_.find(call);
    if (found == here.calls_.end() || found->second.ended) {
        ++here.strays_;
        return;
    }
    found->second.answer.outcome = outcome;
    found->second.answer.json = string(json);
    found->second.ended = true;
    here.ended_.notify_all();
}

inline bool host::cancelled(const toolrack_host* tables, toolrack_call call) noexcept {
    host& here = self(tables);
    const std::lock_guard lock(here.mutex_);
    const auto found = here.calls_.find(call);
    return found == here.calls_.end() || found->second.ended || found->second.cancelled;
}

inline void host::list_changed(const toolrack_host* tables, toolrack_str what) noexcept {
    host& here = self(tables);
    const std::lock_guard lock(here.mutex_);
    here.changes_.push_back(string(what));
}

inline void host::decide(toolrack_call check, decision what) {
    const std::lock_guard lock(mutex_);
    const auto found = checks_.find(check);
    if (found == checks_.end() || found->second) {
        ++strays_;
        return;
    }
    found->second = std::move(what);
    ended_.notify_all();
}

inline void host::grant(const toolrack_host* tables, toolrack_call check, const toolrack_principal* who) noexcept {
    decision yes;
    yes.granted = true;
    yes.subject = string(who->subject);
    yes.issuer = string(who->issuer);
    yes.credential = string(who->credential);
    for (std::uint64_t n = 0; n != who->scope_count; ++n) yes.scopes.push_back(string(who->scopes[n]));
    yes.expires = who->expires;
    yes.keep = who->keep;
    self(tables).decide(check, std::move(yes));
}

inline void
host::refuse(const toolrack_host* tables, toolrack_call check, toolrack_refusal kind, toolrack_str why) noexcept {
    decision no;
    no.refusal = kind;
    no.why = string(why);
    self(tables).decide(check, std::move(no));
}

inline void host::forget(const toolrack_host* tables, toolrack_str credential) noexcept {
    host& here = self(tables);
    const std::lock_guard lock(here.mutex_);
    here.forgotten_.push_back(string(credential));
}

inline void host::report_degraded(const toolrack_host* tables, toolrack_str reason) noexcept {
    host& here = self(tables);
    const std::lock_guard lock(here.mutex_);
    here.degraded_reason_ = string(reason);
}

}  // namespace toolrack::testing
