// The last line of defence for logs and messages: replaces text that looks like a token or a key.
//
// Secrets of the server have a type that cannot be formatted. But a client can put its token into a method name, a
// plugin can log its arguments, and a user can paste a token where an id is expected.
#pragma once

#include <string>

namespace toolrack {

// Replaced is what follows one of these prefixes, complete and valid or not:
//   trk_ID_...     a token of token-file; its id is public and stays
//   trkk_...       a key of hmac-token
//   eyJ... . . .   a JWT
//   Bearer ...     any credential that is long enough to be a token
// A text without these prefixes costs three substring searches.
std::string redacted(std::string text);

}  // namespace toolrack
