// The SDK for Toolrack plugins in C++20. A complete plugin:
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
// setup.hpp registers features, call.hpp is the argument of a handler, result.hpp its answer,
// auth.hpp writes auth backends, and testing.hpp tests a plugin without a server. CONTRACT.md lists
// the duties of the plugin and of the host.
//
// The SDK is header-only, has no dependencies, and is compiled into the plugin. Only toolrack/abi.h
// is binary-stable; the SDK calls the host through it.
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

// TOOLRACK_PLUGIN(id, version) or TOOLRACK_PLUGIN(id, version, description): once in a library,
// outside of any namespace, followed by the parameter and body of the setup function. All arguments
// are string constants. The id is in reverse DNS order; the description is the JSON that abi.h
// defines. Without a description the plugin has tools and no options.
#define TOOLRACK_PLUGIN(...)                                                                                           \
    static void toolrack_plugin_set_up(::toolrack::setup&);                                                            \
    TOOLRACK_EXPORT const ::toolrack_plugin* toolrack_plugin_v1(void);                                                 \
    TOOLRACK_EXPORT const ::toolrack_plugin* toolrack_plugin_v1(void) {                                                \
        static constexpr ::toolrack_plugin plugin = ::toolrack::detail::plugin<&toolrack_plugin_set_up>(__VA_ARGS__);  \
        return &plugin;                                                                                                \
    }                                                                                                                  \
    static void toolrack_plugin_set_up
