// resources/list, resources/templates/list and resources/read. (2026-07-28 and 2025-11-25, server/resources.)
#include "base/text.hpp"
#include "mcp/access.hpp"
#include "mcp/error_replies.hpp"
#include "mcp/lists.hpp"
#include "mcp/methods.hpp"

namespace toolrack::mcp {
namespace {

using wire::code;

bool are_offered(const request_context& request) {
    if (request.endpoint.features->offers_resources()) return true;
    request.fail(code::method_not_found, "No plugin on this server offers resources.", 404);
    return false;
}

}  // namespace

void list_resources(const request_context& request) {
    if (are_offered(request)) answer_list(request, request.endpoint.features->resources());
}

void list_resource_templates(const request_context& request) {
    if (are_offered(request)) answer_list(request, request.endpoint.features->templates());
}

std::optional<invocation_target> read_resource(const request_context& request) {
    const auto uri = wire::string_member(request.message.params, "uri");
    if (!uri) {
        request.fail(code::invalid_params, "params.uri must be a string: the URI of a resource.");
        return std::nullopt;
    }
    const auto* reader = request.endpoint.features->find_reader(*uri);
    if (!reader) {
        request.fail(request.is_modern() ? code::invalid_params : code::resource_not_found_legacy,
                     "Resource not found: " + printable(*uri, 200),
                     200,
                     uri_data(*uri));
        return std::nullopt;
    }
    invocation_target target{feature_kind::resource, *reader, *uri};
    if (!may_use(request, target)) return std::nullopt;
    return target;
}

}  // namespace toolrack::mcp
