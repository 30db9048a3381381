// Three resources and a template. Clients that read only one resource read the first.
#include "features.hpp"

namespace fixture {

using namespace toolrack;

namespace {

result templated(call& c) {
    const std::string_view id = c.variable("id");
    const json::text contents =
        json::object({{"id", id}, {"templateTest", true}, {"data", "Data for ID: " + std::string(id)}});
    return resource_text(c.name(), contents.str(), "application/json");
}

}  // namespace

void offer_resources(setup& s) {
    s.resource("test://static-text",
               "static-text",
               "text/plain",
               [](call& c) { return resource_text(c.name(), "This is the content of the static text resource."); })
        .title("Static Text Resource")
        .description("A static text resource for testing")
        .quick();
    s.resource("test://static-binary",
               "static-binary",
               "image/png",
               [](call& c) { return resource_blob(c.name(), png, "image/png"); })
        .title("Static Binary Resource")
        .description("A static binary resource (image) for testing");
    s.resource("test://watched-resource",
               "watched-resource",
               "text/plain",
               [](call& c) { return resource_text(c.name(), "Watched resource content"); })
        .title("Watched Resource")
        .description("Static resource registered for subscribe/unsubscribe testing");
    s.template_("test://template/{id}/data", "template", "application/json", templated)
        .title("Resource Template")
        .description("A resource template with parameter substitution");
}

}  // namespace fixture
