// Rewrites the parts of an expression that ECMA-262 and PCRE2 interpret differently: `.` and `\s` (Unicode line ends
// and spaces), \uD83D\uDC32 (surrogate pairs) and \p{Letter} (long names of categories). Options of PCRE2 do the rest
// (pattern.cpp).
//
// Syntax that ECMA-262 lacks, such as \A and \Z, keeps its meaning of PCRE2 (and of Python, whose tools generate it).
// `\S` inside brackets excludes ASCII spaces only.
#include "schema/pattern.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace toolrack::schema {
namespace {

using names = std::pair<std::string_view, std::string_view>;

// PropertyValueAliases of Unicode for General_Category: the long names and the short ones of PCRE2.
constexpr std::array categories{names{"Other", "C"},
                                names{"Control", "Cc"},
                                names{"cntrl", "Cc"},
                                names{"Format", "Cf"},
                                names{"Unassigned", "Cn"},
                                names{"Private_Use", "Co"},
                                names{"Surrogate", "Cs"},
                                names{"Letter", "L"},
                                names{"Cased_Letter", "L&"},
                                names{"Lowercase_Letter", "Ll"},
                                names{"Modifier_Letter", "Lm"},
                                names{"Other_Letter", "Lo"},
                                names{"Titlecase_Letter", "Lt"},
                                names{"Uppercase_Letter", "Lu"},
                                names{"Mark", "M"},
                                names{"Combining_Mark", "M"},
                                names{"Spacing_Mark", "Mc"},
                                names{"Enclosing_Mark", "Me"},
                                names{"Nonspacing_Mark", "Mn"},
                                names{"Number", "N"},
                                names{"Decimal_Number", "Nd"},
                                names{"digit", "Nd"},
                                names{"Letter_Number", "Nl"},
                                names{"Other_Number", "No"},
                                names{"Punctuation", "P"},
                                names{"punct", "P"},
                                names{"Connector_Punctuation", "Pc"},
                                names{"Dash_Punctuation", "Pd"},
                                names{"Close_Punctuation", "Pe"},
                                names{"Final_Punctuation", "Pf"},
                                names{"Initial_Punctuation", "Pi"},
                                names{"Other_Punctuation", "Po"},
                                names{"Open_Punctuation", "Ps"},
                                names{"Symbol", "S"},
                                names{"Currency_Symbol", "Sc"},
                                names{"Modifier_Symbol", "Sk"},
                                names{"Math_Symbol", "Sm"},
                                names{"Other_Symbol", "So"},
                                names{"Separator", "Z"},
                                names{"Line_Separator", "Zl"},
                                names{"Paragraph_Separator", "Zp"},
                                names{"Space_Separator", "Zs"}};

constexpr std::string_view spaces = R"(\s\p{Z}\u{feff})";
constexpr std::string_view line_ends = R"(\n\r\u{2028}\u{2029})";

class respelling {
public:
    explicit respelling(std::string_view ecma) : rest_(ecma) {}

    std::string whole() {
        while (!rest_.empty()) next();
        return std::move(out_);
    }

private:
    void next() {
        if (rest_[0] == '\\' && rest_.size() > 1) return escape();
        if (rest_[0] == '.' && !in_brackets_) return replace(1, "[^", line_ends, "]");
        if (rest_[0] == '[') in_brackets_ = true;
        if (rest_[0] == ']') in_brackets_ = false;
        copy(1);
    }

    void escape() {
        switch (rest_[1]) {
        case 's': return in_brackets_ ? replace(2, "", spaces, "") : replace(2, "[", spaces, "]");
        case 'S': return in_brackets_ ? copy(2) : replace(2, "[^", spaces, "]");
        case 'p':
        case 'P': return property();
        case 'u': return halves();
        default: return copy(2);
        }
    }

    // \p{Letter}, \p{General_Category=Letter}, \p{gc=Letter}
    void property() {
        const auto end = rest_.find('}');
        if (rest_.substr(2, 1) != "{" || end == rest_.npos) return copy(2);
        auto name = rest_.substr(3, end - 3);
        for (std::string_view kind : {"General_Category=", "gc="})
            if (name.starts_with(kind)) name.remove_prefix(kind.size());
        const auto* known =
            std::find_if(categories.begin(), categories.end(), [&](const auto& c) { return c.first == name; });
        out_.append(rest_.substr(0, 2)).append("{");
        out_.append(known == categories.end() ? name : known->second).append("}");
        rest_.remove_prefix(end + 1);
    }

    // The code unit that \uXXXX at this offset stands for.
    std::optional<unsigned> unit(std::size_t at) const {
        const auto text = rest_.substr(std::min(at, rest_.size()), 6);
        unsigned value = 0;
        if (text.size() < 6 || !text.starts_with("\\u")) return std::nullopt;
        const auto end = std::from_chars(text.data() + 2, text.data() + 6, value, 16).ptr;
        return end == text.data() + 6 ? std::optional(value) : std::nullopt;
    }

    void halves() {
        const auto high = unit(0), low = unit(6);
        const bool pair = high && low && (*high & 0xFC00) == 0xD800 && (*low & 0xFC00) == 0xDC00;
        if (!pair) return copy(2);
        const auto character = 0x10000 + ((*high & 0x3FF) << 10) + (*low & 0x3FF);
        std::array<char, 8> digits;
        const auto end = std::to_chars(digits.begin(), digits.end(), character, 16).ptr;
        replace(12, "\\u{", {digits.begin(), static_cast<std::size_t>(end - digits.begin())}, "}");
    }

    void copy(std::size_t bytes) {
        out_.append(rest_.substr(0, bytes));
        rest_.remove_prefix(bytes);
    }

    void replace(std::size_t bytes, std::string_view before, std::string_view text, std::string_view after) {
        out_.append(before).append(text).append(after);
        rest_.remove_prefix(bytes);
    }

    std::string_view rest_;
    std::string out_;
    bool in_brackets_ = false;
};

}  // namespace

std::string in_pcre2(std::string_view ecma) { return respelling(ecma).whole(); }

}  // namespace toolrack::schema
