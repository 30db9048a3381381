#include "schema/pattern.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

namespace toolrack::schema {
namespace {

constexpr std::size_t longest_source = 8192;
constexpr std::uint32_t deepest_groups = 100;
constexpr std::uint32_t match_limit = 1'000'000;
constexpr std::uint32_t heap_limit_kib = 32 * 1024;

// Not UCP: \d, \w and \b are ASCII in ECMA-262. The compiled size is bounded by PCRE2's link size
// (64 KiB), which is what stops (a{1000}){1000}.
constexpr std::uint32_t options = PCRE2_UTF | PCRE2_ALT_BSUX | PCRE2_DOLLAR_ENDONLY | PCRE2_ALLOW_EMPTY_CLASS |
                                  PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT;

struct context_freed {
    void operator()(pcre2_compile_context* bounds) const { pcre2_compile_context_free(bounds); }
};

std::string message_of(int error) {
    std::array<PCRE2_UCHAR, 256> text{};
    pcre2_get_error_message(error, text.data(), text.size());
    return reinterpret_cast<const char*>(text.data());
}

// State of one match: the budget, and the position of the last callout.
struct progress {
    effort& left;
    std::size_t position;
};

// Charges one step for the item, and a share for the distance in the text since the last callout.
int pay(pcre2_callout_block* here, void* match) {
    auto& so_far = *static_cast<progress*>(match);
    const auto from = std::exchange(so_far.position, here->current_position);
    const auto walked = from < here->current_position ? here->current_position - from : from - here->current_position;
    return so_far.left.try_spend(1 + walked / 64) ? 0 : PCRE2_ERROR_CALLOUT;
}

}  // namespace

void pattern::freed::operator()(pcre2_code* code) const { pcre2_code_free(code); }

boost::system::result<pattern, std::string> pattern::from(std::string source) {
    if (source.size() > longest_source) return "longer than " + std::to_string(longest_source) + " bytes";
    const std::unique_ptr<pcre2_compile_context, context_freed> bounds(pcre2_compile_context_create(nullptr));
    if (!bounds) throw std::bad_alloc();
    pcre2_set_parens_nest_limit(bounds.get(), deepest_groups);
    pcre2_set_compile_extra_options(bounds.get(), PCRE2_EXTRA_ALT_BSUX);

    const auto spelled = in_pcre2(source);
    int error = 0;
    std::size_t offset = 0;  // in the respelled source: of no use to its author
    pattern made;
    made.code_.reset(pcre2_compile(
        reinterpret_cast<PCRE2_SPTR>(spelled.data()), spelled.size(), options, &error, &offset, bounds.get()));
    if (!made.code_) return message_of(error);
    made.source_ = std::move(source);
    return made;
}

void matcher::freed::operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }

void matcher::freed::operator()(pcre2_match_context* bounds) const { pcre2_match_context_free(bounds); }

void matcher::prepare() {
    data_.reset(pcre2_match_data_create(1, nullptr));
    bounds_.reset(pcre2_match_context_create(nullptr));
    if (!data_ || !bounds_) throw std::bad_alloc();
    pcre2_set_match_limit(bounds_.get(), match_limit);
    pcre2_set_heap_limit(bounds_.get(), heap_limit_kib);
}

bool matcher::found(const pattern& wanted, std::string_view text) {
    if (!data_) prepare();
    left_.spend(1 + text.size() / 64);
    progress so_far{left_, 0};
    pcre2_set_callout(bounds_.get(), pay, &so_far);
    const int outcome = pcre2_match(
        wanted.code_.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0, data_.get(), bounds_.get());
    if (outcome >= 0) return true;
    if (outcome == PCRE2_ERROR_NOMATCH) return false;
    throw too_expensive{"too expensive to match against a pattern of the schema, expected a shorter "
                        "or simpler string"};
}

}  // namespace toolrack::schema
