// `toolrack token revoke`: revokes tokens of token-file and signed tokens, by id or all tokens of a principal.
#pragma once

#include "cli/token_options.hpp"

namespace toolrack::cli {

// Throws failure when the arguments are ambiguous or a list cannot be written.
void revoke_tokens(const token_options& given);

}  // namespace toolrack::cli
