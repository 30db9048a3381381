// Builders for MCP results: of tools, prompts, resources and completions.
//
//     return text("Done.");
//     return text("A chart:").also(image(png, "image/png"));
//     return user("Review this code, please.");                    // a prompt
//     return resource_text(c.name(), "...", "text/plain");         // a resource
//     return elicit("who", "Who is it?", object({{"name", string()}})).with_state("step 2");
//
// Binary data is base64 text, as in MCP. A result owns its data.
#pragma once

#include <cassert>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "toolrack/json.hpp"
#include "toolrack/schema.hpp"

namespace toolrack {

class result {
public:
    // Appends the items and members of another result. Both must be of the same kind: content,
    // messages, contents or input requests.
    result& also(const result& more) {
        assert(list_ == more.list_ && "only results of the same kind can be combined");
        items_.insert(items_.end(), more.items_.begin(), more.items_.end());
        members_ += more.members_;
        return *this;
    }

    // Reports the failure of a tool to the model (server/tools, Error Handling).
    result& as_error() { return with("isError", true); }
    // Adds machine-readable output (server/tools, Structured Content).
    result& with_structured(const json::text& value) { return with("structuredContent", value); }
    // Adds any other member of the result object, such as "_meta" or a prompt's "description".
    result& with(std::string_view name, const json::text& value) {
        members_ += ',';
        json::write_string(members_, name);
        members_ += ':';
        members_ += value.str();
        return *this;
    }
    // The state for call::state() of the next round. The host seals it (basic/patterns/mrtr).
    result& with_state(const json::text& state) { return with("state", state); }
    // Annotates the last item: "audience", "priority", "lastModified" (server/resources,
    // Annotations).
    result& annotated(const json::text& annotations) {
        assert(!items_.empty());
        json::text last = json::raw(std::move(items_.back()));
        items_.back() = last.add("annotations", annotations).str();
        return *this;
    }

    bool needs_input() const { return list_ == requests; }
    std::string json() const;

private:
    // The member of the result object that contains the items.
    static constexpr std::string_view none = "", content = "content", messages = "messages", contents = "contents",
                                      requests = "inputRequests";

    explicit result(std::string_view list) : list_(list) {}
    result(std::string_view list, const json::text& item) : list_(list), items_{item.str()} {}

    static result message(const char* role, const result& of_content);

    friend result content_item(const json::text& block);
    friend result resource_contents(const json::text& piece);
    friend result user(const result& what);
    friend result assistant(const result& what);
    friend result input_required();
    friend result completion(const std::vector<std::string>& values, std::size_t total);
    friend result ask(std::string_view key, std::string_view method, const json::text& params);

    std::string_view list_;
    std::vector<std::string> items_;  // JSON; "key":{...} for requests
    std::string members_;             // each with a comma before it
};

inline std::string result::json() const {
    if (list_.empty()) return '{' + members_.substr(members_.empty() ? 0 : 1) + '}';
    std::string out = "{\"";
    out.append(list_).append(needs_input() ? "\":{" : "\":[");
    for (const std::string& item : items_) {
        if (&item != &items_.front()) out += ',';
        out += item;
    }
    out += needs_input() ? '}' : ']';
    return out.append(members_).append("}");
}

// ---- content of tools and prompts (server/tools, Tool Result) ------------------------------

// Any content block as JSON.
inline result content_item(const json::text& block) { return {result::content, block}; }

inline result text(std::string_view what) { return content_item(json::object({{"type", "text"}, {"text", what}})); }

inline result image(std::string_view base64, std::string_view mime_type) {
    return content_item(json::object({{"type", "image"}, {"data", base64}, {"mimeType", mime_type}}));
}

inline result audio(std::string_view base64, std::string_view mime_type) {
    return content_item(json::object({{"type", "audio"}, {"data", base64}, {"mimeType", mime_type}}));
}

inline result resource_link(std::string_view uri, std::string_view name, std::string_view mime_type = {}) {
    json::text link = json::object({{"type", "resource_link"}, {"uri", uri}, {"name", name}});
    if (!mime_type.empty()) link.add("mimeType", mime_type);
    return content_item(link);
}

inline json::text text_resource(std::string_view uri, std::string_view what, std::string_view mime_type) {
    return json::object({{"uri", uri}, {"mimeType", mime_type}, {"text", what}});
}

inline json::text blob_resource(std::string_view uri, std::string_view base64, std::string_view mime_type) {
    return json::object({{"uri", uri}, {"mimeType", mime_type}, {"blob", base64}});
}

inline result embedded_text(std::string_view uri, std::string_view what, std::string_view mime_type = "text/plain") {
    return content_item(json::object({{"type", "resource"}, {"resource", text_resource(uri, what, mime_type)}}));
}

inline result embedded_blob(std::string_view uri, std::string_view base64, std::string_view mime_type) {
    return content_item(json::object({{"type", "resource"}, {"resource", blob_resource(uri, base64, mime_type)}}));
}

// Structured content, with its JSON as text for clients that do not support it.
inline result structured(const json::text& value) { return text(value.str()).with_structured(value); }

// ---- prompts (server/prompts, PromptMessage) ------------------------------------------------

inline result result::message(const char* role, const result& of_content) {
    result all(messages);
    for (const std::string& block : of_content.items_)
        all.items_.push_back(json::object({{"role", role}, {"content", json::raw(block)}}).str());
    return all;
}

// One message for each content block.
inline result user(const result& what) { return result::message("user", what); }

inline result assistant(const result& what) { return result::message("assistant", what); }

inline result user(std::string_view what) { return user(text(what)); }

inline result assistant(std::string_view what) { return assistant(text(what)); }

// ---- resources (server/resources, Resource Contents) ----------------------------------------

inline result resource_contents(const json::text& piece) { return {result::contents, piece}; }

inline result resource_text(std::string_view uri, std::string_view what, std::string_view mime_type = "text/plain") {
    return resource_contents(text_resource(uri, what, mime_type));
}

inline result resource_blob(std::string_view uri, std::string_view base64, std::string_view mime_type) {
    return resource_contents(blob_resource(uri, base64, mime_type));
}

// ---- completion (server/utilities/completion) -----------------------------------------------

// total: the number of matches, including those that are not in values.
inline result completion(const std::vector<std::string>& values, std::size_t total) {
    return result(result::none)
        .with("completion",
              json::object({{"values", json::array(values)}, {"total", total}, {"hasMore", total > values.size()}}));
}

// ---- input requests to the client (basic/patterns/mrtr) -------------------------------------
//
// The result ends this round. When the client has answered, the host calls the handler again, with
// the answers in call::responses() under these keys and the state in call::state(). Request only what
// the capabilities in call::client() include.

// Any input request.
inline result ask(std::string_view key, std::string_view method, const json::text& params) {
    result one(result::requests);
    std::string& item = one.items_.emplace_back();
    json::write_string(item, key);
    item += ':' + json::object({{"method", method}, {"params", params}}).str();
    return one;
}

// No input request: the client calls again, with the state that with_state() adds.
inline result input_required() { return result(result::requests); }

// A form (client/elicitation).
inline result elicit(std::string_view key, std::string_view message, const schema& form) {
    return ask(key,
               "elicitation/create",
               json::object({{"mode", "form"}, {"message", message}, {"requestedSchema", form.json()}}));
}

// A page for the user to visit, for data that must not pass through the client.
inline result elicit_url(std::string_view key, std::string_view message, std::string_view url) {
    return ask(key, "elicitation/create", json::object({{"mode", "url"}, {"message", message}, {"url", url}}));
}

// A request to the client's model (client/sampling). Use ask() for further parameters.
inline result sample(std::string_view key, std::string_view question, int max_tokens) {
    const json::text message =
        json::object({{"role", "user"}, {"content", json::object({{"type", "text"}, {"text", question}})}});
    return ask(
        key, "sampling/createMessage", json::object({{"messages", json::array({message})}, {"maxTokens", max_tokens}}));
}

// A request for the client's folders (client/roots).
inline result roots(std::string_view key) { return ask(key, "roots/list", json::object()); }

}  // namespace toolrack
