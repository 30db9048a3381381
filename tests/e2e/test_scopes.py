"""Scopes: the features that a caller may see and use."""

import json
import re
import subprocess
import unittest

from harness import (BINARY, LEGACY, TIMEOUT, Folder, Server, Session, SharedServerTest, environment, hostile, modern,
                     plugin, request, rpc, settings, table, toolrack)


def guarded(rules=(), **keys):
    return plugin(hostile("guarded"), **keys) + "".join(table("[[plugin.tool]]", rule) for rule in rules)


def granted(scopes, *plugins, **keys):
    """A server whose one token has just these scopes."""
    return settings(*(plugins or (guarded(), "echo")), auth={"options.scopes": scopes}, **keys)


def named(*plugins, options=None, **keys):
    """A server whose tokens contain the subject and the scopes: "ann~orders/read~audit"."""
    return settings(*(plugins or (guarded(), "echo")), backend=str(hostile("scopes-from-token")),
                    auth={"options": options} if options else None, **keys)


class ScopeTests(SharedServerTest):
    """Many callers of one server."""

    config = named()

    def call(self, token, tool, arguments=None):
        return self.server.post(rpc("tools/call", {"name": tool, "arguments": arguments or {}}), token=token)

    def names(self, token, method="tools/list", member="tools", key="name"):
        found, params = [], {}
        while True:
            result = self.server.post(rpc(method, params), token=token).result
            found += [one[key] for one in result[member]]
            if "nextCursor" not in result:
                return found
            params = {"cursor": result["nextCursor"]}

    def assert_lacks(self, response, required, missing, id=1):
        self.assertEqual(403, response.status, response)
        self.assertEqual("application/json", response.field("Content-Type"))
        self.assertEqual([f'Bearer realm="toolrack", error="insufficient_scope", scope="{" ".join(required)}"'],
                         response.all("WWW-Authenticate"))
        self.assertEqual(id, response.json["id"])
        self.assertEqual(-32600, response.code)
        for scope in missing:
            self.assertIn(f'"{scope}"', response.sentence)
        self.assertEqual({"missingScopes": missing, "requiredScopes": required}, response.error["data"])
        self.assertRegex(response.sentence, "Ask the operator")


class RequiredScopes(ScopeTests):
    def test_a_call_without_the_scopes_is_a_403_that_names_all_that_are_missing(self):
        self.assert_lacks(self.call("ann", "orders_write"), ["audit", "orders:write"], ["audit", "orders:write"])
        self.assert_lacks(self.call("ann~audit~orders/read", "orders_write"), ["audit", "orders:write"],
                          ["orders:write"])

    def test_are_the_same_in_every_era(self):
        message, fields = modern("tools/call", {"name": "orders_read", "arguments": {}}, id="x")
        self.assert_lacks(self.server.post(message, fields, token="ann"), ["orders:read"], ["orders:read"], "x")
        for version in LEGACY:
            with self.subTest(version):
                session = Session(self.server, version, token="ann")
                response = session.request("tools/call", {"name": "orders_read", "arguments": {}}, id=9)
                self.assert_lacks(response, ["orders:read"], ["orders:read"], 9)

    def test_a_refusal_keeps_the_connection_open(self):
        with self.server.connect() as connection:
            for tool, status in (("orders_read", 403), ("status", 200), ("orders_read", 403)):
                message = rpc("tools/call", {"name": tool, "arguments": {}})
                connection.send(self.server.request(body=message, token="ann"))
                self.assertEqual(status, connection.read_response().status)

    def test_are_checked_before_the_arguments(self):
        self.assert_lacks(self.call("ann", "orders_write", {"amount": "nonsense"}), ["audit", "orders:write"],
                          ["audit", "orders:write"])

    def test_follow_hierarchies(self):
        for scopes, status in (("orders/read", 200), ("orders", 200), ("all", 200), ("x~orders/read~y", 200),
                               ("orders/write", 403), ("orders/read/own", 403), ("order", 403),
                               ("read", 403), ("", 403)):
            with self.subTest(scopes):
                self.assertEqual(status, self.call(f"ann~{scopes}".rstrip("~"), "orders_read").status)

    def test_a_caller_without_scopes_calls_tools_without_requirements_only(self):
        self.assertEqual(200, self.call("ann", "status").status)
        for tool in ("orders_read", "orders_write", "plain", "echo"):
            with self.subTest(tool):
                self.assertEqual(403, self.call("ann", tool).status)

    # CONTRACT.md, H12.
    def test_the_default_scope_is_the_name_of_the_plugin(self):
        self.assert_lacks(self.call("ann~orders", "plain"), ["guarded"], ["guarded"])
        self.assertEqual(200, self.call("ann~guarded", "plain").status)
        self.assertEqual(200, self.call("ann~echo", "echo", {"text": "x"}).status)
        self.assertEqual(403, self.call("ann~guarded", "echo", {"text": "x"}).status)

    # CONTRACT.md, H12.
    def test_lists_contain_what_the_caller_may_use(self):
        self.assertEqual(["status", "touch"], self.names("ann"))
        self.assertEqual(["status", "orders_read", "touch"], self.names("ann~orders/read"))
        self.assertEqual(["status", "orders_read", "orders_write", "touch"], self.names("ann~orders~audit"))
        self.assertEqual(7, len(self.names("ann~all")))
        self.assertEqual(["hello"], self.names("ann", "prompts/list", "prompts"))
        self.assertEqual(["review", "hello"], self.names("ann~orders", "prompts/list", "prompts"))
        self.assertEqual(["orders://public"], self.names("ann", "resources/list", "resources", "uri"))
        self.assertEqual([], self.names("ann", "resources/templates/list", "resourceTemplates", "uriTemplate"))

    def test_lists_are_private(self):
        for token in ("ann", "ann~all"):
            message, fields = modern("tools/list")
            self.assertEqual("private", self.server.post(message, fields, token=token).result["cacheScope"])

    def test_features_that_are_not_listed_cannot_be_used(self):
        for method, params in (("resources/read", {"uri": "orders://all"}),
                               ("resources/read", {"uri": "orders://by-id/1"}),
                               ("prompts/get", {"name": "review"}),
                               ("completion/complete", {"ref": {"type": "ref/prompt", "name": "review"},
                                                        "argument": {"name": "which", "value": ""}})):
            with self.subTest(method, **params):
                message = rpc(method, params)
                self.assert_lacks(self.server.post(message, token="ann"), ["orders:read"], ["orders:read"])
                self.assertIn("result", self.server.post(message, token="ann~orders/read").json)

    def test_the_log_names_the_missing_scope_and_never_the_token(self):
        self.call("narrow~secretword", "plain")
        line = self.server.wait_for_line(r"may not use the tool \"plain\"")[0]
        self.assertIn('the scope "guarded"', line)
        self.assertNotIn("narrow~secretword", self.server.log)


class Subscriptions(ScopeTests):
    def listening(self, token, uris):
        message, fields = modern("subscriptions/listen", {"notifications": {"resourceSubscriptions": uris}}, id=5,
                                 fields={"Accept": "application/json, text/event-stream"})
        connection = self.server.connect()
        self.addCleanup(connection.close)
        connection.send(request("POST", "/mcp", self.server.fields(fields, token), message))
        status, _ = connection.read_head()
        self.assertEqual(200, status)
        return connection, connection.read_event()[0]["params"]["notifications"]

    def next_change(self, stream):
        while not (events := stream.read_event()):
            pass  # a sign of life
        return events[0]["params"]["uri"]

    def test_a_change_is_sent_to_callers_who_may_read_the_resource(self):
        wanted = ["orders://all", "orders://public"]
        narrow, honoured = self.listening("ann", wanted)
        self.assertEqual({"resourceSubscriptions": ["orders://public"]}, honoured)
        broad, honoured = self.listening("bob~orders", wanted)
        self.assertEqual({"resourceSubscriptions": wanted}, honoured)

        for uri in ("orders://all", "orders://public"):
            self.assertEqual("reported", self.call("ann", "touch", {"uri": uri}).text)
        heard = [self.next_change(broad) for _ in range(2)]
        self.assertEqual(wanted, heard)
        # The other stream gets the second change only.
        self.assertEqual("orders://public", self.next_change(narrow))

    def test_a_legacy_session_cannot_subscribe_to_what_its_owner_may_not_read(self):
        session = Session(self.server, token="ann")
        self.assert_lacks(session.request("resources/subscribe", {"uri": "orders://all"}), ["orders:read"],
                          ["orders:read"])
        self.assertIn("result", session.request("resources/subscribe", {"uri": "orders://public"}).json)


class Pages(ScopeTests):
    config = named(server={"page_size": 2})

    def test_every_caller_gets_full_pages(self):
        self.assertEqual(["status", "orders_read", "orders_write", "touch"], self.names("ann~orders~audit"))
        first = self.server.post(rpc("tools/list"), token="ann~orders~audit").result
        self.assertEqual(2, len(first["tools"]))

    def test_a_cursor_is_refused_for_a_caller_with_another_list(self):
        first = self.server.post(rpc("tools/list"), token="ann~orders~audit").result
        again = rpc("tools/list", {"cursor": first["nextCursor"]})
        self.assertIn("result", self.server.post(again, token="ann~orders~audit").json)
        self.assertIn("result", self.server.post(again, token="bob~audit~orders").json)
        for other in ("ann~orders", "ann~all"):
            self.assertEqual(-32602, self.server.post(again, token=other).code)


class ConfiguredScopes(unittest.TestCase):
    """The token is env-token's, with the scopes that the configuration gives it."""

    def serve(self, config):
        server = Server(config)
        self.addCleanup(server.stop)
        return server

    def test_the_shared_token_may_use_everything(self):
        server = self.serve(settings(guarded(), "echo"))
        self.assertEqual(7, len(server.tool_names()))
        self.assertEqual(200, server.call_tool("orders_write", {"amount": 1}).status)

    def test_a_token_without_scopes_may_use_what_requires_none(self):
        server = self.serve(granted([]))
        self.assertEqual(["status", "touch"], server.tool_names())
        self.assertEqual(403, server.call_tool("echo", {"text": "x"}).status)

    # CONTRACT.md, H12.
    def test_the_rule_of_a_tool_precedes_that_of_its_plugin_and_both_precede_the_suggestion(self):
        rules = ({"match": "orders_*", "scopes": ["orders"]}, {"match": "*_write", "scopes": []})
        server = self.serve(granted(["orders", "till"], guarded(rules, scopes=["till"], prefix="g_")))
        self.assertEqual({f"g_{name}" for name in ("status", "orders_read", "orders_write", "plain", "says_it_writes",
                                                   "touch")}, set(server.tool_names()))
        # By the plugin's own names, and the first that matches: so the second rule never counts.
        self.assertRegex(server.log, r'toolrack\.toml:\d+:\d+: plugin\.tool\.match "\*_write" has no effect')
        narrower = self.serve(granted(["till"], guarded(rules, scopes=["till"], prefix="g_")))
        self.assertEqual(["g_status", "g_plain", "g_says_it_writes", "g_touch"], narrower.tool_names())

    def test_an_empty_list_of_scopes_opens_a_plugin_to_any_caller(self):
        server = self.serve(granted([], plugin("echo", scopes=[])))
        self.assertEqual("x", server.call_tool("echo", {"text": "x"}).text)

    def test_a_rule_that_matches_no_tool_is_logged_with_its_place(self):
        server = self.serve(settings(guarded([{"match": "g_*", "scopes": ["a"]}], prefix="g_", name="shop")))
        self.assertRegex(server.log, r'toolrack\.toml:\d+:9: plugin\.tool\.match "g_\*" matches no tool of shop, '
                                     r"which has status, orders_read")

    def test_invalid_scopes_are_an_error_with_line_and_column(self):
        for scopes, wrong in ((["*"], "has a star"), (["orders:*"], "has a star"), (["a b"], "is not a scope"),
                              (["a:"], "is not a scope"), ([""], "is not a scope")):
            with self.subTest(scopes), Folder(settings(plugin("echo", scopes=scopes))) as folder:
                ended = toolrack("check", "--config", folder.config, token="3f9c2d7a41b8e06595d2c7f1ab83e4605c1d9e72")
                self.assertEqual(78, ended.returncode)
                self.assertRegex(ended.stderr, r"toolrack\.toml:\d+:\d+: plugin\.scopes\[0\] " + wrong)

    def test_a_grant_that_covers_nothing_prevents_the_start(self):
        for scopes in (["orders:*"], ["a b"], ["a:"], [""], ["a::b"]):
            with self.subTest(scopes), Folder(granted(scopes)) as folder:
                ended = toolrack("check", "--config", folder.config, token="3f9c2d7a41b8e06595d2c7f1ab83e4605c1d9e72")
                self.assertEqual(78, ended.returncode, ended.stderr)
                self.assertRegex(ended.stderr, r"options.*scopes.*toolrack\.toml:\d+:\d+")

    def test_stdio_may_use_everything(self):
        with Folder(settings(guarded())) as folder:
            said = json.dumps(rpc("tools/call", {"name": "orders_write", "arguments": {"amount": 1}}))
            ended = subprocess.run([BINARY, "serve", "--stdio", "--config", folder.config], input=said + "\n",
                                   env=environment(), capture_output=True, text=True, timeout=TIMEOUT, check=False)
            self.assertIn("orders_write done", ended.stdout)

    def test_an_empty_allow_list_allows_nobody(self):
        hosts = self.serve(settings("echo", server={"allowed_hosts": []}))
        self.assertEqual(403, hosts.plain("tools/list").status)
        origins = self.serve(settings("echo", server={"allowed_origins": []}))
        self.assertEqual(200, origins.plain("tools/list").status)
        for origin in ("http://localhost", f"http://127.0.0.1:{origins.port}", "null"):
            self.assertEqual(403, origins.plain("tools/list", fields={"Origin": origin}).status)


class ReadOnly(unittest.TestCase):
    def serve(self, config):
        server = Server(config)
        self.addCleanup(server.stop)
        return server

    def test_serves_only_tools_that_declare_read_only_hint(self):
        for config in (settings(guarded(), "echo", server={"read_only": True}),
                       settings(guarded(read_only=True), "echo")):
            server = self.serve(config)
            self.assertEqual(["status", "orders_read", "echo"], server.tool_names())
            self.assertEqual("status done", server.call_tool("status").text)
            for tool in ("orders_write", "plain", "says_it_writes"):
                response = server.call_tool(tool, {"amount": 1})
                self.assertEqual(-32602, response.code)
                self.assertIn("read-only", response.sentence)
            self.assertRegex(server.log, "read-only: not served.*: orders_write, plain, says_it_writes, touch")
            self.assertIn("result", server.plain("resources/read", {"uri": "orders://all"}).json)


SERVERS = {"authorization_servers": ["https://id.example.com"], "scopes_supported": ["orders:read"]}


class ProtectedResourceMetadata(ScopeTests):
    config = named(options={"metadata": json.dumps(SERVERS)},
                   server={"public_url": "https://tools.example.com/tools/mcp", "allowed_hosts": ["127.0.0.1"]})
    url = "https://tools.example.com/.well-known/oauth-protected-resource/tools/mcp"

    def test_is_at_its_well_known_path_without_authentication(self):
        for path in ("/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
                     "/.well-known/oauth-protected-resource/tools/mcp"):
            response = self.server.send("GET", path, token=None)
            self.assertEqual(200, response.status, response)
            self.assertEqual("application/json", response.field("Content-Type"))
            self.assertEqual({"resource": "https://tools.example.com/tools/mcp", "bearer_methods_supported": ["header"],
                              **SERVERS}, response.json)

    def test_is_subject_to_the_host_check(self):
        path = "/.well-known/oauth-protected-resource"
        for changes, status in (({"Host": "evil.example.com"}, 403), ({"Origin": "http://evil.example.com"}, 403)):
            self.assertEqual(status, self.server.send("GET", path, fields=changes, token=None).status)
        for method in ("POST", "DELETE", "PUT"):
            self.assertEqual(405, self.server.send(method, path, token=None).status)
        for other in ("/.well-known/oauth-protected-resource/", "/.well-known/oauth-protected-resource/other",
                      "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"):
            response = self.server.send("GET", other, token=None)
            self.assertEqual(404, response.status)
            self.assertIn("error", response.json)

    def test_is_named_by_every_challenge(self):
        where = f'resource_metadata="{self.url}"'
        self.assertEqual([f'Bearer realm="toolrack", scope="orders:read", {where}'],
                         self.server.post(rpc("tools/list"), token=None).all("WWW-Authenticate"))
        self.assertEqual([f'Bearer realm="toolrack", error="invalid_token", scope="orders:read", {where}'],
                         self.server.post(rpc("tools/list"), token="~").all("WWW-Authenticate"))
        self.assertEqual([f'Bearer realm="toolrack", error="insufficient_scope", scope="orders:read", {where}'],
                         self.call("ann", "orders_read").all("WWW-Authenticate"))


class NoAuthorizationServers(ScopeTests):
    def test_means_no_metadata(self):
        for path in ("/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"):
            response = self.server.send("GET", path, token=None)
            self.assertEqual(404, response.status)
            self.assertIn("error", response.json)

    def test_with_metadata_prevents_the_start(self):
        for metadata, wrong in (("{", "not valid JSON"), ("[]", "not a JSON object"),
                                ('{"authorization_servers":["ftp://x"]}', "authorization_servers")):
            with self.subTest(metadata), Folder(named(options={"metadata": metadata})) as folder:
                ended = toolrack("check", "--config", folder.config)
                self.assertEqual(78, ended.returncode)
                self.assertRegex(ended.stderr,
                                 "auth backend .*scopes-from-token.* cannot be used: .*" + re.escape(wrong))


if __name__ == "__main__":
    unittest.main()
