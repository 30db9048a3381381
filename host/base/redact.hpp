// The last line before what people read: takes out what looks like one of our secrets, wherever it came from.
//
// Nothing should need it, because secrets are of a type that does not format. But a client can put its token into
// a method's name, a plugin can log what it was told, and a person can paste a token where an id belongs.
#pragma once

#include <string>

namespace toolrack {

// What follows these is replaced, whether or not it is whole or right:
//   trk_ID_...     a token of token-file's; its id is public and stays
//   trkk_...       a key of hmac-token's
//   eyJ... . . .   a signed token, ours or another's
//   Bearer ...     whatever it is that somebody shows, when it is long enough to be a token
// Costs a search for three short words in a text that holds none of them.
std::string redacted(std::string text);

}  // namespace toolrack
