// A plugin instance without a library that answers immediately, so that a target fuzzes the host in front of it.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json_grammar.hpp"
#include "plugin/instance.hpp"
#include "plugin/plugin_callbacks.hpp"
#include "require.hpp"

namespace toolrack::fuzz {

class fake_instance final : public plugin::instance {
public:
    fake_instance() { settings_.name = name_; }

    const std::string& name() const noexcept override { return name_; }
    const plugin::description& about() const noexcept override { return about_; }
    const config::plugin& settings() const noexcept override { return settings_; }

    result<std::vector<plugin::feature>, complaint> list() override {
        constexpr auto quick = R"({"quick":true,"scopes":[]})";
        return std::vector<plugin::feature>{
            {"tool",
             R"({"name":"say","inputSchema":{"type":"object","required":["text"],)"
             R"("properties":{"text":{"type":"string","maxLength":9}}}})",
             quick},
            {"tool", R"({"name":"ask","inputSchema":{"type":"object"}})", quick},
            {"tool", R"({"name":"fail","inputSchema":{"type":"object"}})", R"({"scopes":["secret:things"]})"},
            {"tool", R"({"name":"later","inputSchema":{"type":"object"}})", R"({"task":"optional","scopes":[]})"},
            {"prompt", R"({"name":"greet","arguments":[{"name":"who","required":true}]})", quick},
            {"resource", R"({"uri":"file:///a","name":"a"})", quick},
            {"template", R"({"uriTemplate":"file:///b/{x}","name":"b"})", quick}};
    }

    plugin::call start(const plugin::request& request,
                       bool,
                       executor owner,
                       plugin::in_flight<plugin::answer>::notification_handler on_notification) override {
        for (const auto text : {request.params, request.client, request.responses})
            require(text.empty() || json_grammar::takes(text), "a plugin gets JSON");
        require(request.responses.empty() || request.responses.front() == '{', "responses is an object");
        require(is_utf8(request.name) && is_utf8(request.method), "a plugin gets UTF-8");
        const auto made = std::make_shared<plugin::in_flight<plugin::answer>>(owner, std::move(on_notification));
        made->notify("notifications/progress", R"({"progress":1,"message":"at it"})");
        made->notify("notifications/message", R"({"level":"info","data":"words"})");
        made->deliver(answer_to(request));
        return made;
    }
    void cancel(const plugin::call& abandoned) override { abandoned->abandon(); }
    std::size_t interrupt_calls() override { return 0; }  // every call is answered immediately
    void watch(std::string_view uri, bool) override { require(is_utf8(uri), "a URI is UTF-8"); }

    bool offers_features() const noexcept override { return true; }
    std::uint64_t auth_traits() const noexcept override { return 0; }
    bool offers_auth() const noexcept override { return false; }
    plugin::auth_check authenticate(const plugin::credentials&, executor) override { return nullptr; }
    plugin::instance_status status() const override { return {}; }
    bool close(std::chrono::milliseconds) override { return true; }

private:
    static plugin::answer answer_to(const plugin::request& request) {
        using kind = enum plugin::answer::kind;
        if (request.method == "tools/call" && request.name == "ask" && request.responses.empty())
            return {kind::input_required,
                    R"({"state":"s","inputRequests":{"q":{"method":"elicitation/create","params":)"
                    R"({"message":"?","requestedSchema":{"type":"object","properties":{}}}}}})"};
        if (request.name == "fail") return {kind::failed, R"({"code":-32000,"message":"no","data":[1]})"};
        if (request.method == "tools/call") return {kind::done, R"({"content":[{"type":"text","text":"done"}]})"};
        if (request.method == "prompts/get") return {kind::done, R"({"messages":[]})"};
        if (request.method == "resources/read") return {kind::done, R"({"contents":[{"uri":"file:///a","text":""}]})"};
        if (request.method == "completion/complete") return {kind::done, R"({"completion":{"values":["a"]}})"};
        return {kind::invalid, {}};
    }

    const std::string name_ = "fake";
    plugin::description about_;
    config::plugin settings_;
};

}  // namespace toolrack::fuzz
