// Makes principals for tests with a gate and the backend open-access.
#pragma once

#include <string>

#include "auth/gate.hpp"
#include "io_fixture.hpp"
#include "plugins.hpp"

namespace toolrack::test {

// `issuer` is the name of the backend.
inline identity::principal principal_named(const std::string& subject,
                                           io_fixture& io,
                                           log& log,
                                           const std::string& scopes = R"(["*"])",
                                           const std::string& issuer = "open-access") {
    auto settings = settings_named(issuer);
    settings.options.json = R"({"subject":")" + subject + R"(","scopes":)" + scopes + "}";
    const auth::open_streams open_streams;
    auth::remembered_grants remembered_grants;
    auth::usage_table usage_table;
    auth::throttle throttle;
    const clock clock;
    const auth::gate gate({instance_of(shipped_backend("open-access"), settings, log)},
                          {"http://test/mcp", {}},
                          {open_streams, remembered_grants, usage_table, throttle, clock, log});
    const identity::request_facts nothing;
    auto who = io.run([&] { return gate.admit(nothing, io.get_executor()); });
    if (!who) throw std::runtime_error("open-access refused a request");
    return *who;
}

}  // namespace toolrack::test
