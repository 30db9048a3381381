// Strict JSON: accepted text is JSON by a second parser, is read completely, and keeps its meaning when re-encoded.
#include <cmath>
#include <string>

#include "json_grammar.hpp"
#include "json_rewritten.hpp"
#include "require.hpp"
#include "wire/canonical.hpp"
#include "wire/json.hpp"

namespace {

using namespace toolrack;
using fuzz::require;
using kind = enum wire::json_fault::kind;

// Small, so that inputs reach them.
constexpr wire::json_limits limits{.depth = 12, .values = 64, .key = 24};

void check_refused(std::string_view text, const wire::json_fault& fault) {
    require(fault.offset <= text.size(), "the offset of a fault is within the text");
    if (fault.kind == kind::not_json)
        require(!fuzz::json_grammar::takes(text), "text rejected as not JSON is not JSON");
    const auto again = wire::check_json("\n " + std::string(text), limits);
    require(again && again->kind == fault.kind && again->offset == fault.offset + 2,
            "leading white space changes only the offset");
}

std::size_t depth_of(const json::value& value) {
    std::size_t deepest = 0;
    for (const auto& each : value) deepest = std::max(deepest, depth_of(each));
    return value.is_object() || value.is_array() ? 1 + deepest : 0;
}

// Counts the values, and checks numbers and the lookup of members.
std::size_t values_in(const json::value& value) {
    std::size_t count = 1;
    for (const auto& each : value) {
        count += values_in(each);
        if (!value.is_object()) continue;
        const auto found = value.find(each.key());
        require(found && found->text().data() == each.text().data(), "a member is found by its name");
        require(each.key().size() <= limits.key, "a key is within the limit");
    }
    if (value.is_number()) {
        try {
            require(std::isfinite(value.f64()), "a number is finite");
        } catch (const json::bad_value&) {  // smaller than the smallest
        }
    }
    return count;
}

std::string canonical(const json::value& value) {
    std::string out;
    wire::write_canonical(out, value);
    return out;
}

void check_taken(std::string_view text) {
    require(fuzz::json_grammar::takes(text), "accepted text is JSON");
    const json::value root(text);
    require(values_in(root) <= limits.values, "the number of values is within the limit");
    require(depth_of(root) <= limits.depth, "the depth is within the limit");

    const std::string reencoded = fuzz::rewritten(root);
    require(!wire::check_json(reencoded, limits), "re-encoded text is accepted");
    const json::value twin(reencoded);
    require(canonical(root) == canonical(twin), "re-encoded text has the same meaning");
    require(fuzz::rewritten(twin) == reencoded, "re-encoding is idempotent");

    std::string line(text);
    wire::put_on_one_line(line);
    require(line.find_first_of("\r\n") == line.npos, "text on one line has no line ends");
    require(fuzz::rewritten(json::value(line)) == reencoded, "text on one line has the same meaning");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const fuzz::exact_copy text(fuzz::text_of(bytes, size));
    if (const auto fault = wire::check_json(text, limits)) check_refused(text, *fault);
    else check_taken(text);
    return 0;
}
