// A regular expression of a schema (`pattern`, `patternProperties`), on PCRE2.
//
// Means what ECMA-262 says where schemas depend on it (pattern_dialect.cpp), and costs no more than
// the check may still spend, whatever the expression and whatever the text: PCRE2 calls back before
// every item that it tries, and each call is paid for. PCRE2's own match limit alone would not do,
// because it starts again at every character and does not see how far one item runs. No JIT: it
// would need writable and executable memory, and short expressions do not gain.
#pragma once

#include "schema/effort.hpp"

#include <boost/system/result.hpp>

#include <memory>
#include <string>
#include <string_view>

struct pcre2_real_code_8;
struct pcre2_real_match_context_8;
struct pcre2_real_match_data_8;

namespace toolrack::schema {

// Immutable: any number of matchers may use one at the same time.
class pattern {
public:
    // The error says why it is none: "missing closing parenthesis".
    static boost::system::result<pattern, std::string> from(std::string source);

    const std::string& source() const { return source_; }

private:
    friend class matcher;
    struct freed {
        void operator()(pcre2_real_code_8* code) const;
    };

    std::string source_;
    std::unique_ptr<pcre2_real_code_8, freed> code_;
};

// ECMA-262's spelling of an expression in PCRE2's.
std::string in_pcre2(std::string_view ecma);

// Matches for one check, and keeps PCRE2's working memory between its matches.
class matcher {
public:
    explicit matcher(effort& left) : left_(left) {}

    // Whether any part of the text matches. Throws too_expensive.
    bool found(const pattern& wanted, std::string_view text);

private:
    struct freed {
        void operator()(pcre2_real_match_data_8* data) const;
        void operator()(pcre2_real_match_context_8* bounds) const;
    };
    void prepare();

    effort& left_;
    std::unique_ptr<pcre2_real_match_data_8, freed> data_;
    std::unique_ptr<pcre2_real_match_context_8, freed> bounds_;
};

}  // namespace toolrack::schema
