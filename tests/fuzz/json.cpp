// Strict JSON: what is taken is JSON to a second opinion too, is read whole, and says the same when it is written anew.
#include <cmath>
#include <string>

#include "claim.hpp"
#include "json_grammar.hpp"
#include "json_rewritten.hpp"
#include "wire/canonical.hpp"
#include "wire/json.hpp"

namespace {

using namespace toolrack;
using fuzz::claim;
using kind = enum wire::json_fault::kind;

// Small, so that inputs meet them.
constexpr wire::json_limits limits{.depth = 12, .values = 64, .key = 24};

void check_refused(std::string_view text, const wire::json_fault& fault) {
    claim(fault.offset <= text.size(), "a fault lies within the text");
    if (fault.kind == kind::not_json) claim(!fuzz::json_grammar::takes(text), "what is called no JSON is none");
    const auto again = wire::check_json("\n " + std::string(text), limits);
    claim(again && again->kind == fault.kind && again->offset == fault.offset + 2,
          "white space before a text changes nothing");
}

std::size_t depth_of(const json::value& value) {
    std::size_t deepest = 0;
    for (const auto& each : value) deepest = std::max(deepest, depth_of(each));
    return value.is_object() || value.is_array() ? 1 + deepest : 0;
}

// Whether every number is one, and every member is found by its name.
std::size_t values_in(const json::value& value) {
    std::size_t count = 1;
    for (const auto& each : value) {
        count += values_in(each);
        if (!value.is_object()) continue;
        const auto found = value.find(each.key());
        claim(found && found->text().data() == each.text().data(), "a member is found by its name");
        claim(each.key().size() <= limits.key, "no key is longer than may be");
    }
    if (value.is_number()) {
        try {
            claim(std::isfinite(value.f64()), "a number is finite");
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
    claim(fuzz::json_grammar::takes(text), "what is taken is JSON");
    const json::value root(text);
    claim(values_in(root) <= limits.values, "there are no more values than may be");
    claim(depth_of(root) <= limits.depth, "nothing is nested deeper than may be");

    const std::string anew = fuzz::rewritten(root);
    claim(!wire::check_json(anew, limits), "what is written anew is taken");
    const json::value twin(anew);
    claim(canonical(root) == canonical(twin), "what is written anew says the same");
    claim(fuzz::rewritten(twin) == anew, "writing anew a second time changes nothing");

    std::string line(text);
    wire::put_on_one_line(line);
    claim(line.find_first_of("\r\n") == line.npos, "on one line there are no line ends");
    claim(fuzz::rewritten(json::value(line)) == anew, "on one line a text says the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const fuzz::exact_copy text(fuzz::text_of(bytes, size));
    if (const auto fault = wire::check_json(text, limits)) check_refused(text, *fault);
    else check_taken(text);
    return 0;
}
