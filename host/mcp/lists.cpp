// The lists: tools/list, prompts/list, resources/list, resources/templates/list, each with what its caller
// may use and nothing else. (2026-07-28 and 2025-11-25, server/*; server/utilities/pagination and caching.)
#include "mcp/result.hpp"
#include "mcp/server.hpp"

namespace toolrack::mcp {
namespace {

using wire::code;

// How long a client may believe a list, and that it is for the one who asked: who may see what
// depends on the token that was shown.
constexpr std::string_view cache_hints = R"(,"ttlMs":60000,"cacheScope":"private")";

}  // namespace

template <typename Entry>
void server::list(const request_context& asked, const catalog::feature_index<Entry>& feature_index) const {
    const auto cursor = asked.message.params.find("cursor");
    const auto text = cursor && cursor->is_string() ? std::optional(cursor->str()) : std::nullopt;
    std::string made;
    const auto* page = cursor && !text ? nullptr : feature_index.find_page(asked.who, text, made);
    if (!page)
        return asked.fail(code::invalid_params,
                          "The cursor is not one of this list as it is now. Ask again without a cursor.");
    if (!asked.version.cache_hints) return asked.response_writer.finish(own_result(asked.message.id, asked.version, *page));
    asked.response_writer.finish(own_result(asked.message.id, asked.version, *page + std::string(cache_hints)));
}

void server::list_tools(const request_context& asked) const { list(asked, catalog_.tools()); }

void server::list_prompts(const request_context& asked) const {
    if (catalog_.prompts().is_empty()) return asked.fail(code::method_not_found, "No plugin here offers prompts.", 404);
    list(asked, catalog_.prompts());
}

void server::list_resources(const request_context& asked) const {
    if (!catalog_.offers_resources())
        return asked.fail(code::method_not_found, "No plugin here offers resources.", 404);
    list(asked, catalog_.resources());
}

void server::list_templates(const request_context& asked) const {
    if (!catalog_.offers_resources())
        return asked.fail(code::method_not_found, "No plugin here offers resources.", 404);
    list(asked, catalog_.templates());
}

}  // namespace toolrack::mcp
