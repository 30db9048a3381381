// `toolrack token revoke`: takes back tokens of token-file and signed ones, by id or all of a principal.
#pragma once

#include "app/token_words.hpp"

namespace toolrack::app {

// Throws failure, one full sentence, when it cannot be told which are meant or a list cannot be written.
void revoke_tokens(const token_words& given);

}  // namespace toolrack::app
