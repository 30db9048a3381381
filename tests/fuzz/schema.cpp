// Compilation of schemas and validation of values: both take bounded time, and the results are consistent.
//
// The first line of the input is a schema, the rest a value.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <ctime>
#include <optional>
#include <string>

#include "require.hpp"
#include "schema/compiled.hpp"
#include "wire/json.hpp"

namespace {

using namespace toolrack;
using fuzz::require;
namespace json = boost::json;

constexpr schema::limits bounds{.subschemas = 200, .depth = 32, .nesting = 64, .steps = 20'000, .faults = 3};

std::optional<json::value> parsed(std::string_view text) {
    if (wire::check_json(text)) return std::nullopt;  // the host rejects it before
    boost::system::error_code wrong;
    json::parse_options options;
    options.max_depth = 64;
    auto value = json::parse({text.data(), text.size()}, wrong, {}, options);
    if (wrong) return std::nullopt;
    return value;
}

double seconds_of_work() {
    timespec spent{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

bool is_too_much(const std::vector<schema::fault>& faults) {
    return std::ranges::any_of(faults, [](const auto& each) {
        return each.what.starts_with("too expensive") || each.what.starts_with("nested too deeply");
    });
}

std::string text_of(const std::vector<schema::fault>& faults) {
    std::string all;
    for (const auto& each : faults) all += each.sentence("arguments") + '\n';
    return all;
}

void check_words(const std::vector<schema::fault>& faults) {
    require(faults.size() <= bounds.faults, "the number of faults is within the limit");
    for (const auto& each : faults) {
        const auto sentence = each.sentence("arguments");
        require(is_utf8(sentence) && !each.what.empty(), "a fault is UTF-8 text");
        require(sentence.size() < 4000, "a fault is shorter than 4000 bytes");
    }
}

json::value wrapped(std::string_view keyword, json::value what) {
    json::object made;
    made.emplace(keyword, std::move(what));
    return made;
}

// Requirements for any value, independent of the schema.
void check_value(const json::value& value) {
    const auto same = schema::compile(wrapped("const", value), bounds);
    if (same) require(same->check(value).empty() || is_too_much(same->check(value)), "a value matches its own const");
    const auto one_of = schema::compile(wrapped("enum", json::array{nullptr, value}), bounds);
    if (one_of && !value.is_null())
        require(one_of->check(value).empty() || is_too_much(one_of->check(value)),
                "a value matches an enum that contains it");
    static const auto unique = schema::compile(wrapped("uniqueItems", true), bounds).value();
    require(!unique.check(json::array{value, value}).empty(), "a repeated value violates uniqueItems");
}

// A schema without references can be nested in another schema.
void check_logic(const json::value& source, const json::value& value, const std::vector<schema::fault>& faults) {
    const auto opposite = schema::compile(wrapped("not", source), bounds);
    if (!opposite) return;  // beyond a limit of depth or subschemas
    const auto refused = opposite->check(value);
    if (is_too_much(refused)) return;
    require(refused.empty() != faults.empty(), "a value matches either a schema or its negation");
    if (const auto twice = schema::compile(wrapped("allOf", json::array{source, source}), bounds)) {
        const auto again = twice->check(value);
        require(is_too_much(again) || again.empty() == faults.empty(), "allOf of a schema twice has the same result");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto text = fuzz::text_of(bytes, size);
    const auto line = std::min(text.find('\n'), text.size());
    const auto source = parsed(text.substr(0, line));
    const auto value = parsed(text.substr(std::min(line + 1, text.size())));
    if (value && fuzz::dice(text).roll(4) == 1) check_value(*value);  // slow
    if (!source) return 0;

    const auto began = seconds_of_work();
    const auto made = schema::compile(*source, bounds);
    if (!made) {
        const auto why = made.error().text();
        require(is_utf8(why) && !made.error().sentence.empty(), "a defect is UTF-8 text");
        const auto again = schema::compile(*source, bounds);
        require(!again && again.error().text() == why, "a defect is deterministic");
        return 0;
    }
    if (!value) return 0;
    const auto faults = made->check(*value);
    require(seconds_of_work() - began < 1.0, "compilation and validation take less than one second");
    check_words(faults);
    require(text_of(made->check(*value)) == text_of(faults), "validation is deterministic");
    if (!is_too_much(faults) && boost::json::serialize(*source).find('$') == std::string::npos)
        check_logic(*source, *value, faults);
    return 0;
}
