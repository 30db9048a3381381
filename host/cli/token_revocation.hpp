// `toolrack token revoke`: takes back tokens of token-file and signed ones, by id or all of a principal.
#pragma once

#include "cli/token_words.hpp"

namespace toolrack::cli {

// Throws failure, one full sentence, when it cannot be told which are meant or a list cannot be written.
void revoke_tokens(const token_words& given);

}  // namespace toolrack::cli
