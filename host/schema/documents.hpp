// Index of the documents that a schema refers to during compilation: which values are schemas, the resource (`$id`) of
// each, and the targets of URIs and anchors.
//
// Values are identified by their address, so all documents must outlive this. Only values of keywords that take schemas
// are schemas, so an `$id` in an `enum` is ignored; but a `$ref` makes any value that it points to a schema.
#pragma once

#include "schema/compiled.hpp"
#include "schema/dialect.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace toolrack::schema {

using anchors = std::map<std::string, const boost::json::value*, std::less<>>;

struct resource {
    std::string uri;
    dialect rules;
    const boost::json::value* root;
    anchors plain, dynamic;  // a dynamic anchor is in both
};

// The pointer is for error sentences; in other documents it begins with the URI of the document and "#".
struct location {
    std::uint32_t resource;
    std::string pointer;
};

class documents {
public:
    documents(const limits& bounds, const registry& others) : bounds_(bounds), others_(others) {}
    documents(const documents&) = delete;
    documents& operator=(const documents&) = delete;

    // `otherwise` is the dialect of a document that names none.
    void add(const boost::json::value& document, const std::string& uri, const dialect& otherwise = {});

    // What `reference`, the value of `keyword` in the schema `from`, leads to.
    const boost::json::value&
    follow(const boost::json::value& from, std::string_view keyword, std::string_view reference);

    const location& location_of(const boost::json::value& schema) const;
    const resource& resource_of(const boost::json::value& schema) const;

    // Documents given and published, by URI without fragment.
    const boost::json::value* retrieve(std::string_view uri) const;

private:
    void map(const boost::json::value& schema, std::uint32_t resource, const std::string& pointer);
    void map_inside(const boost::json::object& schema, const location& here);
    void map_members(const boost::json::value& schemas, const location& here, bool skip_arrays);
    void map_items(const boost::json::value& schemas, const location& here);

    std::uint32_t name_resource(const boost::json::value& schema, const location& here);
    void name_anchors(const boost::json::value& schema, const location& here);
    void add_anchor(anchors& to, std::string_view name, const boost::json::value& schema, const location& here);
    dialect dialect_of(const boost::json::object& schema, const dialect& otherwise, const std::string& pointer) const;

    const boost::json::value* locate(const std::string& uri, const dialect& otherwise);
    const boost::json::value* at_pointer(std::uint32_t resource, std::string_view pointer);

    limits bounds_;
    const registry& others_;
    std::vector<resource> resources_;
    std::map<std::string, std::uint32_t, std::less<>> by_uri_;
    std::unordered_map<const boost::json::value*, location> schemas_;
};

}  // namespace toolrack::schema
