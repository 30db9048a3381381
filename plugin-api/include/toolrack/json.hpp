// JSON without a tree: read it where it lies, write it straight to text.
//
//     json::value args = ...;                    // a cursor over somebody's text
//     args.at("who").str()                       // reads; complains by name
//     json::object({{"n", 1}, {"list", json::array({"a", "b"})}})   // writes
//
// Nothing here depends on more than the standard library, and nothing checks JSON: the host has
// done so before a plugin sees a text, and does so again with what a plugin writes. Text that was
// never checked, or was cut short, reads as fewer members or as null, never past its end.
#pragma once

#include "toolrack/json/text.hpp"
#include "toolrack/json/value.hpp"
#include "toolrack/json/write.hpp"
