// The supported versions of JSON Schema, and the keywords of each that contain subschemas.
#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <string_view>

namespace toolrack::schema {

enum class draft { seven, y2020 };

struct dialect {
    draft version = draft::y2020;
    // Vocabularies of 2020-12 that a metaschema may leave out. The others change nothing here.
    bool applicator = true, unevaluated = true, validation = true;

    bool is_old() const { return version == draft::seven; }
};

// The dialect of one of the two published metaschemas.
std::optional<dialect> published_dialect(std::string_view metaschema_uri);

// The dialect of the `$vocabulary` of a metaschema, or the required vocabulary that is not supported.
struct vocabulary_answer {
    dialect rules;
    std::string_view unknown;
};
vocabulary_answer dialect_of_vocabularies(const boost::json::object& vocabularies);

// The form of the subschemas of a keyword: one, an array, an object, or one of two forms.
enum class holds { one, list, map, one_or_list, map_or_names };
std::optional<holds> subschemas_of(const dialect& rules, std::string_view keyword);

}  // namespace toolrack::schema
