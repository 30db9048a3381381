// The list methods, each with the features that its caller may use. (2026-07-28 and 2025-11-25,
// server/utilities/pagination; 2026-07-28, caching.)
#pragma once

#include <optional>
#include <string>

#include "catalog/feature_index.hpp"
#include "mcp/request_context.hpp"
#include "wire/json_writer.hpp"

namespace toolrack::mcp {

template <typename Feature>
void answer_list(const request_context& request, const catalog::feature_index<Feature>& features) {
    const auto cursor = request.message.params.find("cursor");
    const auto text = cursor && cursor->is_string() ? std::optional(cursor->str()) : std::nullopt;
    std::string made;
    const auto* page = cursor && !text ? nullptr : features.find_page(request.caller, text, made);
    if (!page)
        return request.fail(wire::code::invalid_params,
                            "The cursor is not valid for the current list. Repeat the request without a cursor.");
    if (!request.from.version.cache_hints) return request.succeed(*page);
    // Private, because a caller sees only the features that its scopes allow.
    auto members = *page;
    wire::json_writer(members).number("ttlMs", 60'000).string("cacheScope", "private");
    request.succeed(members);
}

}  // namespace toolrack::mcp
