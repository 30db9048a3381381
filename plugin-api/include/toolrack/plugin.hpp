// Writing a Toolrack plugin in C++20. A whole one:
//
//     #include <toolrack/plugin.hpp>
//
//     TOOLRACK_PLUGIN("org.example.greet", "1.0.0")(toolrack::setup& s) {
//         s.tool("greet", "Says hello to someone by name.",
//                toolrack::object({{"who", toolrack::string("The name to greet")}}),
//                [](toolrack::call& c) {
//                    return toolrack::text("Hello, " + c.args().at("who").str() + "!");
//                });
//     }
//
// Read setup.hpp for what can be offered, call.hpp for what a handler is given, result.hpp for
// what it answers, auth.hpp for deciding who may ask, testing.hpp for testing without a server.
// CONTRACT.md says what every plugin owes the host, and what it may count on.
//
// Header-only, with no dependency; not binary-stable itself, because it is compiled into the
// plugin. What crosses to the host is toolrack/abi.h, and that is.
#pragma once

#include "toolrack/abi.h"
#include "toolrack/auth.hpp"
#include "toolrack/call.hpp"
#include "toolrack/detail/glue.hpp"
#include "toolrack/error.hpp"
#include "toolrack/feature.hpp"
#include "toolrack/json.hpp"
#include "toolrack/result.hpp"
#include "toolrack/schema.hpp"
#include "toolrack/setup.hpp"

// TOOLRACK_PLUGIN(id, version) or TOOLRACK_PLUGIN(id, version, description), once in a library,
// outside of any namespace, followed by the parameter and body of the setup function. All are
// string constants. The id is in reverse DNS; the description is the JSON that abi.h explains.
// Without one the plugin offers tools, and takes no options.
#define TOOLRACK_PLUGIN(...)                                                                       \
    static void toolrack_plugin_set_up(::toolrack::setup&);                                        \
    TOOLRACK_EXPORT const ::toolrack_plugin* toolrack_plugin_v1(void);                             \
    TOOLRACK_EXPORT const ::toolrack_plugin* toolrack_plugin_v1(void) {                            \
        static constexpr ::toolrack_plugin plugin =                                                \
            ::toolrack::detail::plugin<&toolrack_plugin_set_up>(__VA_ARGS__);                      \
        return &plugin;                                                                            \
    }                                                                                              \
    static void toolrack_plugin_set_up
