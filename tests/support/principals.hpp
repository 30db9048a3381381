// Principals, made in the only way there is: by a gate, which here asks the backend open-access.
#pragma once

#include <string>

#include "auth/gate.hpp"
#include "io_room.hpp"
#include "plugins.hpp"

namespace toolrack::test {

// `issuer` is the name of the backend, which vouches for everyone it lets in.
inline identity::principal principal_named(const std::string& subject,
                                       io_room& room,
                                       log& log,
                                       const std::string& scopes = R"(["*"])",
                                       const std::string& issuer = "open-access") {
    auto settings = settings_named(issuer);
    settings.options.json = R"({"subject":")" + subject + R"(","scopes":)" + scopes + "}";
    const auth::open_streams open_streams;
    auth::accounts accounts;
    auth::throttle throttle;
    const clock clock;
    const auth::gate gate({instance_of(shipped_backend("open-access"), settings, log)}, {"http://test/mcp", {}},
                          {open_streams, accounts, throttle, clock, log});
    const identity::request_facts nothing;
    auto who = room.run([&] { return gate.admit(nothing, room.get_executor()); });
    if (!who) throw std::runtime_error("open-access refused someone");
    return *who;
}

}  // namespace toolrack::test
