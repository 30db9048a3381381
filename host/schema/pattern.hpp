// A regular expression of a schema (`pattern`, `patternProperties`), on PCRE2.
//
// Has the semantics of ECMA-262 where schemas depend on it (pattern_dialect.cpp). The cost of a match is bounded by the
// budget of the check for any expression and text: PCRE2 calls back before every item that it tries, and each call is
// charged. The match limit of PCRE2 is not sufficient, because it restarts at every character and does not count the
// length of one item. No JIT: it needs writable and executable memory, and short expressions do not gain from it.
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

// Immutable: several matchers may use it concurrently.
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

// Translates an expression of ECMA-262 to PCRE2.
std::string in_pcre2(std::string_view ecma);

// Matches during one check, and keeps the working memory of PCRE2 between matches.
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
