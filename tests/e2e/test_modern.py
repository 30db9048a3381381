"""The stateless protocol of 2026-07-28 over HTTP."""

import base64

from harness import LEGACY, META, MODERN, SharedServerTest, overlay, plugin, rpc, settings

HEADER_MISMATCH, UNSUPPORTED_VERSION, INVALID_PARAMS, METHOD_NOT_FOUND = -32020, -32022, -32602, -32601


class ModernTests(SharedServerTest):
    config = settings("echo", "time")

    def call(self, name="echo", arguments=None, **more):
        params = {"name": name, "arguments": {"text": "hi"} if arguments is None else arguments}
        return self.server.modern("tools/call", params, **more)

    def assert_error(self, response, status, code, id=1):
        self.assertEqual((status, code, id), (response.status, response.code, response.answer["id"]), response)
        return response


class Discovery(ModernTests):
    def test_returns_versions_and_capabilities(self):
        response = self.server.modern("server/discover", id=201)
        self.assertEqual(200, response.status)
        self.assertEqual("application/json", response.field("Content-Type"))
        self.assertIn(MODERN, response.result["supportedVersions"])
        self.assertIsInstance(response.result["capabilities"]["tools"], dict)
        self.assertEqual(201, response.answer["id"])

    def test_declares_only_existing_capabilities(self):
        capabilities = self.server.modern("server/discover").result["capabilities"]
        for name, method in (("prompts", "prompts/list"), ("resources", "resources/list"),
                             ("completions", "completion/complete")):
            with self.subTest(name):
                answered = "result" in self.server.modern(method).answer
                self.assertEqual(answered, name in capabilities)

    def test_starts_no_session(self):
        self.assertIsNone(self.server.modern("server/discover").field("Mcp-Session-Id"))


class Results(ModernTests):
    def results(self):
        return {"server/discover": self.server.modern("server/discover").result,
                "tools/list": self.server.modern("tools/list").result,
                "tools/call": self.call().result}

    def test_all_are_complete_and_name_the_server(self):
        for method, result in self.results().items():
            with self.subTest(method):
                self.assertEqual("complete", result["resultType"])
                server = result["_meta"][META + "serverInfo"]
                self.assertTrue(server["name"] and server["version"])

    def test_cacheable_ones_have_a_lifetime_and_a_scope(self):
        for method, result in self.results().items():
            if method == "tools/call":
                continue
            with self.subTest(method):
                self.assertIsInstance(result["ttlMs"], int)
                self.assertGreaterEqual(result["ttlMs"], 0)
                self.assertIn(result["cacheScope"], ("public", "private"))

    def test_lists_are_private_because_they_depend_on_the_caller(self):
        self.assertEqual("private", self.server.modern("tools/list").result["cacheScope"])


class Tools(ModernTests):
    def test_are_listed_in_a_fixed_order_with_name_description_and_schema(self):
        lists = [self.server.modern("tools/list").result["tools"] for _ in range(3)]
        self.assertEqual(lists[0], lists[1])
        self.assertEqual(lists[0], lists[2])
        self.assertIn("echo", [tool["name"] for tool in lists[0]])
        for tool in lists[0]:
            self.assertRegex(tool["name"], r"^[A-Za-z0-9_.-]{1,128}$")
            self.assertTrue(tool["description"])
            self.assertEqual("object", tool["inputSchema"]["type"])

    def test_can_be_called(self):
        self.assertEqual("hi", self.call().text)
        self.assertEqual("grüße \u2028 \"\\ \U0001f600",
                         self.call(arguments={"text": "grüße \u2028 \"\\ \U0001f600"}).text)

    def test_an_unknown_one_is_an_error_that_names_it(self):
        response = self.call("no-such-tool")
        self.assertEqual(INVALID_PARAMS, response.code)
        self.assertIn("no-such-tool", response.sentence)

    def test_a_call_without_a_name_is_an_error(self):
        for params in ({}, {"name": 5}, {"name": None}, {"arguments": {}}):
            with self.subTest(params):
                self.assertEqual(INVALID_PARAMS,
                                 self.server.modern("tools/call", params, fields={"Mcp-Name": "echo"}).code)

    def test_arguments_are_an_object(self):
        for arguments in ([], "x", 5, True):
            with self.subTest(arguments):
                self.assertEqual(INVALID_PARAMS, self.call(arguments=arguments).code)

    def test_an_unknown_cursor_is_an_error(self):
        for cursor in ("nonsense", "", "999999", "-1", 5):
            with self.subTest(cursor):
                self.assertEqual(INVALID_PARAMS, self.server.modern("tools/list", {"cursor": cursor}).code)


class Pages(ModernTests):
    config = settings("echo", plugin("echo", name="two", prefix="two_"), plugin("echo", name="three", prefix="three_"),
                      server={"page_size": 1})

    def test_every_tool_is_on_exactly_one(self):
        seen, cursor = [], None
        for _ in range(20):
            result = self.server.modern("tools/list", overlay({"cursor": cursor}, {})).result
            self.assertEqual(1, len(result["tools"]))
            seen += [tool["name"] for tool in result["tools"]]
            cursor = result.get("nextCursor")
            if cursor is None:
                break
        self.assertEqual(["echo", "three_echo", "two_echo"], sorted(seen))

    def test_the_prefix_is_removed_before_the_call(self):
        self.assertEqual("hi", self.call("two_echo").text)
        self.assertEqual(INVALID_PARAMS, self.call("two_two_echo").code)


class Metadata(ModernTests):
    def test_the_version_and_the_capabilities_are_required(self):
        for missing, id in (("protocolVersion", 102), ("clientCapabilities", 104)):
            with self.subTest(missing):
                self.assert_error(self.server.modern("server/discover", id=id, meta={META + missing: None}),
                                  400, INVALID_PARAMS, id)

    def test_a_modern_header_requires_metadata(self):
        response = self.server.post(rpc("server/discover", {}, 101), {"MCP-Protocol-Version": MODERN,
                                                                      "Mcp-Method": "server/discover"})
        self.assert_error(response, 400, INVALID_PARAMS, 101)

    def test_the_client_info_is_optional(self):
        self.assertEqual(200, self.server.modern("server/discover", id=105, meta={META + "clientInfo": None}).status)

    def test_metadata_of_a_wrong_type_is_an_error(self):
        for name, wrong in (("protocolVersion", 5), ("protocolVersion", {}), ("clientCapabilities", 5),
                            ("clientCapabilities", [])):
            with self.subTest(name, wrong=wrong):
                self.assertEqual(400, self.server.modern("tools/list", meta={META + name: wrong}).status)


class Versions(ModernTests):
    def test_an_unknown_one_gets_the_supported_versions(self):
        response = self.server.modern("server/discover", id=301, fields={"MCP-Protocol-Version": "v999.0.0"},
                                      meta={META + "protocolVersion": "v999.0.0"})
        self.assert_error(response, 400, UNSUPPORTED_VERSION, 301)
        data = response.error["data"]
        self.assertEqual("v999.0.0", data["requested"])
        self.assertTrue(data["supported"])
        self.assertLessEqual(set(data["supported"]),
                             set(self.server.modern("server/discover").result["supportedVersions"]))

    def test_a_header_that_contradicts_the_body_is_a_mismatch_first(self):
        for header, body in ((MODERN, "v999.0.0"), ("v999.0.0", MODERN), (LEGACY[0], MODERN), (MODERN, LEGACY[0])):
            with self.subTest(header=header, body=body):
                self.assert_error(
                    self.server.modern("server/discover", id=302, fields={"MCP-Protocol-Version": header},
                                       meta={META + "protocolVersion": body}), 400, HEADER_MISMATCH, 302)

    def test_a_body_without_its_header_is_a_mismatch(self):
        self.assert_error(self.server.modern("server/discover", fields={"MCP-Protocol-Version": None}),
                          400, HEADER_MISMATCH)


class Headers(ModernTests):
    def assert_mismatch(self, **fields):
        response = self.call(fields={name.replace("_", "-"): text for name, text in fields.items()}, id=9)
        self.assert_error(response, 400, HEADER_MISMATCH, 9)

    def test_a_method_that_contradicts_the_body_is_a_mismatch(self):
        for method in ("prompts/list", "TOOLS/CALL", "tools/list", "", "tools/call,tools/call"):
            with self.subTest(method):
                self.assert_mismatch(Mcp_Method=method)

    def test_a_name_that_contradicts_the_body_is_a_mismatch(self):
        for name in ("wrong_tool_name", "Echo", "", "time"):
            with self.subTest(name):
                self.assert_mismatch(Mcp_Name=name)

    def test_a_missing_one_is_a_mismatch(self):
        self.assert_mismatch(Mcp_Method=None)
        self.assert_mismatch(Mcp_Name=None)
        self.assert_error(self.server.modern("tools/list", fields={"Mcp-Method": None}), 400, HEADER_MISMATCH)

    def test_white_space_around_the_value_is_trimmed(self):
        self.assertEqual(200, self.call(fields={"Mcp-Name": "  echo  "}).status)

    def test_field_names_are_case_insensitive(self):
        self.assertEqual(200, self.call(fields={"Mcp-Method": None, "mcp-method": "tools/call", "Mcp-Name": None,
                                                "MCP-NAME": "echo"}).status)

    def test_a_name_can_be_base64(self):
        def coded(text):
            return "=?base64?" + base64.b64encode(text.encode()).decode() + "?="

        self.assertEqual(200, self.call(fields={"Mcp-Name": coded("echo")}).status)
        self.assert_mismatch(Mcp_Name=coded("other"))
        for broken in ("=?base64?ZWNobw?=", "=?base64?ZWN!!!obw==?=", "=?base64?ZWNobw==", "ZWNobw=="):
            with self.subTest(broken):
                self.assert_mismatch(Mcp_Name=broken)

    def test_a_session_id_is_ignored(self):
        self.assertEqual(200, self.call(fields={"Mcp-Session-Id": "whatever", "Last-Event-ID": "5"}).status)


class Methods(ModernTests):
    def test_those_of_older_versions_are_not_found(self):
        for method, params in (("initialize", {"protocolVersion": LEGACY[0], "capabilities": {},
                                               "clientInfo": {"name": "x", "version": "1"}}),
                               ("ping", {}), ("logging/setLevel", {"level": "info"}),
                               ("resources/subscribe", {"uri": "test://x"}),
                               ("resources/unsubscribe", {"uri": "test://x"})):
            with self.subTest(method):
                self.assert_error(self.server.modern(method, params, id=500), 404, METHOD_NOT_FOUND, 500)

    def test_unknown_ones_are_not_found(self):
        self.assert_error(self.server.modern("unknown/method", id=601), 404, METHOD_NOT_FOUND, 601)

    def test_a_notification_is_accepted(self):
        response = self.server.modern("notifications/cancelled", {"requestId": 77}, id=None)
        self.assertEqual((202, b""), (response.status, response.body))
