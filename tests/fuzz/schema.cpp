// Schemas and what is checked with them: whoever wrote them, both come to an end soon, and mean what logic says.
//
// The first line of the input is a schema, the rest a value.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <ctime>
#include <optional>
#include <string>

#include "claim.hpp"
#include "schema/compiled.hpp"
#include "wire/json.hpp"

namespace {

using namespace toolrack;
using fuzz::claim;
namespace json = boost::json;

constexpr schema::limits bounds{.subschemas = 200, .depth = 32, .nesting = 64, .steps = 20'000, .faults = 3};

std::optional<json::value> parsed(std::string_view text) {
    if (wire::check_json(text)) return std::nullopt;  // the host has seen to that
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

std::string told(const std::vector<schema::fault>& faults) {
    std::string all;
    for (const auto& each : faults) all += each.sentence("arguments") + '\n';
    return all;
}

void check_words(const std::vector<schema::fault>& faults) {
    claim(faults.size() <= bounds.faults, "no more faults are told than may be");
    for (const auto& each : faults) {
        const auto sentence = each.sentence("arguments");
        claim(is_utf8(sentence) && !each.what.empty(), "a fault is told in text");
        claim(sentence.size() < 4000, "a fault is told in few words");
    }
}

json::value wrapped(std::string_view keyword, json::value what) {
    json::object made;
    made.emplace(keyword, std::move(what));
    return made;
}

// What holds of any value, whatever the schema.
void check_value(const json::value& value) {
    const auto same = schema::compile(wrapped("const", value), bounds);
    if (same) claim(same->check(value).empty() || is_too_much(same->check(value)), "a value is itself");
    const auto one_of = schema::compile(wrapped("enum", json::array{nullptr, value}), bounds);
    if (one_of && !value.is_null())
        claim(one_of->check(value).empty() || is_too_much(one_of->check(value)),
              "a value is among those that it is among");
    static const auto unique = schema::compile(wrapped("uniqueItems", true), bounds).value();
    claim(!unique.check(json::array{value, value}).empty(), "a value that stands twice is not the only one");
}

// A schema in which nothing leads anywhere can be put into another one.
void check_logic(const json::value& source, const json::value& value, const std::vector<schema::fault>& faults) {
    const auto opposite = schema::compile(wrapped("not", source), bounds);
    if (!opposite) return;  // one level deeper, or one schema more, than may be
    const auto refused = opposite->check(value);
    if (is_too_much(refused)) return;
    claim(refused.empty() != faults.empty(), "a value fits a schema or its opposite");
    if (const auto twice = schema::compile(wrapped("allOf", json::array{source, source}), bounds)) {
        const auto again = twice->check(value);
        claim(is_too_much(again) || again.empty() == faults.empty(),
              "a value fits a schema twice when it fits it once");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto text = fuzz::text_of(bytes, size);
    const auto line = std::min(text.find('\n'), text.size());
    const auto source = parsed(text.substr(0, line));
    const auto value = parsed(text.substr(std::min(line + 1, text.size())));
    if (value && fuzz::dice(text).roll(4) == 1) check_value(*value);  // which takes as long as all the rest
    if (!source) return 0;

    const auto began = seconds_of_work();
    const auto made = schema::compile(*source, bounds);
    if (!made) {
        const auto why = made.error().text();
        claim(is_utf8(why) && !made.error().sentence.empty(), "a defect is told in text");
        const auto again = schema::compile(*source, bounds);
        claim(!again && again.error().text() == why, "a defect is found again");
        return 0;
    }
    if (!value) return 0;
    const auto faults = made->check(*value);
    claim(seconds_of_work() - began < 1.0, "neither takes long");
    check_words(faults);
    claim(told(made->check(*value)) == told(faults), "a value is found fit or not every time");
    if (!is_too_much(faults) && boost::json::serialize(*source).find('$') == std::string::npos)
        check_logic(*source, *value, faults);
    return 0;
}
