"""Arguments that HTTP headers repeat (x-mcp-header), in the protocol of 2026-07-28."""

import base64

from harness import CONFORMANCE_PLUGIN, Session, SharedServerTest, modern, plugin, request, settings

HEADER_MISMATCH = -32020


def coded(text):
    return f"=?base64?{base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()}?="


class ArgumentsInHeaders(SharedServerTest):
    """`region` of test_x_mcp_header is repeated in Mcp-Param-Region."""

    config = settings(plugin(CONFORMANCE_PLUGIN))

    def call(self, region, *shown):
        """`shown`: the fields' values, or whole fields."""
        arguments = {} if region is None else {"region": region}
        message, fields = modern("tools/call", {"name": "test_x_mcp_header", "arguments": arguments}, id=9)
        fields = list(self.server.fields(fields).items())
        fields += [one if isinstance(one, tuple) else ("Mcp-Param-Region", one) for one in shown]
        return self.server.raw(request("POST", "/mcp", fields, message))

    def assert_agreed(self, region, *shown):
        with self.subTest(region, shown=shown):
            self.assertEqual(f"region={'<none>' if region is None else region}", self.call(region, *shown).text)

    def assert_mismatch(self, region, *shown):
        with self.subTest(region, shown=shown):
            response = self.call(region, *shown)
            self.assertEqual((400, HEADER_MISMATCH, 9), (response.status, response.code, response.answer["id"]),
                             response)
            self.assertIn("Mcp-Param-Region", response.sentence)

    def test_that_equal_the_arguments_are_accepted(self):
        for region in ("eu-west-1", "a b", "0", "true", "null", "\"", "%", "=", "SGVsbG8="):
            self.assert_agreed(region, region)
        self.assert_agreed("eu", ("mcp-param-REGION", "eu"))
        self.assert_agreed("eu", "  eu\t ")

    def test_are_not_required_without_the_argument(self):
        self.assert_agreed(None)

    def test_that_are_missing_are_a_mismatch(self):
        for region in ("eu", "", "ü"):
            self.assert_mismatch(region)

    def test_without_an_argument_are_a_mismatch(self):
        for shown in ("eu", "", "null"):
            self.assert_mismatch(None, shown)

    def test_that_differ_from_the_argument_are_a_mismatch(self):
        for shown in ("us", "EU", "eu,eu", "\"eu\"", "eu;q=1", "e u", "x" * 4000, coded("us"), coded("eu "),
                      coded(b"eu\0")):
            self.assert_mismatch("eu", shown)

    def test_can_be_base64(self):
        for region in ("Hello", "", "grüße", " padded ", "\u0000", "\r\nMcp-Session-Id: x", "\U0001f600",
                       coded("Hello"), "x" * 4000):
            self.assert_agreed(region, coded(region))

    def test_in_invalid_base64_are_a_mismatch(self):
        for shown in ("=?base64?SGVsbG8?=", "=?base64?SGVs!!!bG8=?=", "=?base64?SGVsbG8==?=", "=?base64?SGVs bG8=?=",
                      "=?base64?=SGVsbG8?=", "=?base64?SGVsbG9=?=", "=?base64??=", "=?BASE64?SGVsbG8=?=",
                      "=?base64?SGVsbG8=?= ?="):
            self.assert_mismatch("Hello", shown)
        self.assert_mismatch("??>", "=?base64?Pz8-?=")

    def test_that_only_resemble_base64_are_literal(self):
        for region in ("=?base64?SGVsbG8=", "SGVsbG8=?=", "=?base64?", "=?=", "=?utf-8?SGVsbG8=?="):
            self.assert_agreed(region, region)

    def test_in_base64_of_invalid_utf_8_are_a_mismatch(self):
        for data in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80"):
            self.assert_mismatch("\ufffd", coded(data))

    def test_with_bytes_beyond_ascii_are_a_mismatch(self):
        for text in ("gr\u00fc\u00dfe", "grüße".encode().decode("latin-1"), "\xff"):
            self.assert_mismatch("grüße", text)
            self.assert_mismatch(text, text)

    def test_that_occur_twice_are_a_bad_request(self):
        names = "Mcp-Param-Region", "mcp-param-region", "MCP-PARAM-REGION"
        for second in [(name, value) for name in names for value in ("eu", "us")]:
            for shown in (("eu", second), (second, "eu")):
                with self.subTest(shown):
                    response = self.call("eu", *shown)
                    self.assertEqual(400, response.status)
                    self.assertNotIn(b"region=", response.body)

    def test_that_no_schema_requires_are_ignored(self):
        self.assert_agreed("eu", "eu", ("Mcp-Param-Level", "5"), ("Mcp-Param-", "x"), ("Mcp-Param-Regions", "us"))

    def test_are_ignored_in_the_legacy_era(self):
        params = {"name": "test_x_mcp_header", "arguments": {"region": "eu"}}
        for fields in ({}, {"Mcp-Param-Region": "us"}, {"Mcp-Param-Region": "=?base64?!?="}):
            self.assertEqual("region=eu", Session(self.server).request("tools/call", params, fields=fields).text)
            self.assertEqual("region=eu", self.server.plain("tools/call", params, fields=fields).text)
