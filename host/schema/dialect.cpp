#include "schema/dialect.hpp"

#include <algorithm>
#include <array>

namespace toolrack::schema {
namespace {

enum class since { seven, y2020, only_seven };

struct applicator {
    std::string_view keyword;
    holds value;
    since in;
};

// 2020-12 deprecates `definitions` and `dependencies`; existing schemas use them.
constexpr std::array applicators{
    applicator{"$defs", holds::map, since::y2020},
    applicator{"additionalItems", holds::one, since::only_seven},
    applicator{"additionalProperties", holds::one, since::seven},
    applicator{"allOf", holds::list, since::seven},
    applicator{"anyOf", holds::list, since::seven},
    applicator{"contains", holds::one, since::seven},
    applicator{"contentSchema", holds::one, since::y2020},
    applicator{"definitions", holds::map, since::seven},
    applicator{"dependencies", holds::map_or_names, since::seven},
    applicator{"dependentSchemas", holds::map, since::y2020},
    applicator{"else", holds::one, since::seven},
    applicator{"if", holds::one, since::seven},
    applicator{"items", holds::one, since::y2020},
    applicator{"items", holds::one_or_list, since::only_seven},
    applicator{"not", holds::one, since::seven},
    applicator{"oneOf", holds::list, since::seven},
    applicator{"patternProperties", holds::map, since::seven},
    applicator{"prefixItems", holds::list, since::y2020},
    applicator{"properties", holds::map, since::seven},
    applicator{"propertyNames", holds::one, since::seven},
    applicator{"then", holds::one, since::seven},
    applicator{"unevaluatedItems", holds::one, since::y2020},
    applicator{"unevaluatedProperties", holds::one, since::y2020},
};

bool is_in(since in, const dialect& rules) {
    switch (in) {
    case since::seven: return true;
    case since::y2020: return !rules.is_old();
    case since::only_seven: return rules.is_old();
    }
    return false;
}

}  // namespace

std::optional<dialect> published_dialect(std::string_view uri) {
    if (uri.ends_with('#')) uri.remove_suffix(1);
    if (uri == "https://json-schema.org/draft/2020-12/schema") return dialect{};
    if (uri == "http://json-schema.org/draft-07/schema") return dialect{.version = draft::seven};
    return std::nullopt;
}

vocabulary_answer dialect_of_vocabularies(const boost::json::object& vocabularies) {
    constexpr std::string_view ours = "https://json-schema.org/draft/2020-12/vocab/";
    constexpr std::array harmless{"core", "meta-data", "format-annotation", "content"};
    vocabulary_answer answer{{.applicator = false, .unevaluated = false, .validation = false}, {}};
    for (const auto& [uri, is_needed] : vocabularies) {
        const std::string_view whole = uri;
        const auto name = whole.starts_with(ours) ? whole.substr(ours.size()) : "";
        if (name == "applicator") answer.rules.applicator = true;
        else if (name == "unevaluated") answer.rules.unevaluated = true;
        else if (name == "validation") answer.rules.validation = true;
        else if (is_needed == true && std::ranges::find(harmless, name) == harmless.end()) answer.unknown = whole;
    }
    return answer;
}

std::optional<holds> subschemas_of(const dialect& rules, std::string_view keyword) {
    for (const auto& known : applicators)
        if (known.keyword == keyword && is_in(known.in, rules)) return known.value;
    return std::nullopt;
}

}  // namespace toolrack::schema
