"""JSON-RPC messages: valid and invalid ones, and the responses."""

import json

from harness import SharedServerTest, rpc

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602


class Messages(SharedServerTest):
    def ask(self, text):
        return self.server.post(text if isinstance(text, bytes) else text.encode())

    def assert_error(self, text, code, status=400, id=None):
        response = self.ask(text)
        self.assertEqual((status, code), (response.status, response.code), f"{text[:200]!r} got {response}")
        if id is None:
            self.assertNotIn("id", response.json)
        else:
            self.assertEqual(id, response.json["id"])
        self.assertGreater(len(response.sentence), 10)
        return response

    def test_invalid_json_is_a_parse_error(self):
        for text in ("", " ", "{", "}", "[", "nul", "{'jsonrpc':'2.0'}", '{"jsonrpc":"2.0",}', '{"a":01}', '{"a":.5}',
                     '{"a":1.}', '{"a":+1}', '{"a":0x1}', '{"a":NaN}', '{"a":Infinity}', '{"a":-}', '{"a":"\t"}',
                     '{"a":"\\x"}', '{"a":"\\u12"}', '{"a" 1}', '{"a":1 "b":2}', '{"a":1}}', '{"a":1} x', '"a', "tru",
                     '{"a":1}\x00', "\ufeff{}", "// c\n{}", "/* c */{}", "POST /mcp"):
            with self.subTest(text):
                self.assert_error(text, PARSE_ERROR)

    def test_invalid_utf_8_is_a_parse_error(self):
        for bad in (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x80",
                    b"\xf8\x88\x80\x80\x80"):
            with self.subTest(bad):
                self.assert_error(b'{"jsonrpc":"2.0","id":1,"method":"' + bad + b'"}', PARSE_ERROR)

    def test_a_lone_surrogate_is_refused(self):
        for text in ('"\\ud800"', '"\\udc00"', '"\\ud800\\ud800"', '"\\udc00\\ud800"'):
            with self.subTest(text):
                response = self.ask('{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":' + text + "}}")
                self.assertEqual(400, response.status, response)
                self.assertIn(response.code, (PARSE_ERROR, INVALID_REQUEST))

    # CONTRACT.md, H5.
    def test_a_duplicate_key_is_refused_at_any_depth(self):
        for text in ('{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call"}',
                     '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}',
                     '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":1,"a":1}}',
                     '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":[{"b":{"c":1,"c":2}}]}}',
                     '{"jsonrpc":"2.0","id":1,"method":"ping","m\\u0065thod":"tools/list"}'):
            with self.subTest(text):
                self.assert_error(text, INVALID_REQUEST)

    def test_keys_are_case_sensitive(self):
        for text in ('{"jsonrpc":"2.0","id":1,"Method":"tools/list"}', '{"jsonrpc":"2.0","id":1,"method ":"ping"}',
                     '{"Jsonrpc":"2.0","id":1,"method":"ping"}'):
            with self.subTest(text):
                self.assert_error(text, INVALID_REQUEST, id=1)

    def test_a_nul_in_a_key_is_refused(self):
        self.assert_error('{"jsonrpc":"2.0","id":1,"method\\u0000":"tools/list","method":"ping"}', INVALID_REQUEST)

    def test_a_number_beyond_double_is_refused(self):
        for number in ("1e400", "-1e400", "1" * 400):
            with self.subTest(number[:10]):
                self.assert_error('{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":' + number + "}}",
                                  INVALID_REQUEST)

    def test_a_message_is_at_most_64_levels_deep(self):
        def nested(depth):  # counted with the message and its params
            return ('{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"a":' + "[" * (depth - 2)
                    + "]" * (depth - 2) + "}}")

        self.assertEqual(200, self.ask(nested(64)).status)
        self.assert_error(nested(65), INVALID_REQUEST)
        self.assert_error("[" * 1_000_000, INVALID_REQUEST)
        self.assert_error('{"a":' * 500_000, INVALID_REQUEST)

    def test_a_batch_is_refused(self):
        for text in ("[]", json.dumps([rpc("tools/list")]), json.dumps([rpc("tools/list"), rpc("tools/list", id=2)]),
                     "[1]"):
            with self.subTest(text):
                self.assertIn("batch", self.assert_error(text, INVALID_REQUEST).sentence)

    def test_a_message_is_an_object(self):
        for text in ("1", '"text"', "true", "null"):
            with self.subTest(text):
                self.assert_error(text, INVALID_REQUEST)

    def test_an_id_is_a_string_or_a_whole_number(self):
        for id in ("null", "1.5", "1.0", "1e3", "true", "{}", "[]", "9007199254740993", "-9007199254740993",
                   "18446744073709551616", "-0.5"):
            with self.subTest(id):
                self.assert_error('{"jsonrpc":"2.0","id":' + id + ',"method":"tools/list"}', INVALID_REQUEST)

    def test_an_id_is_returned_unchanged(self):
        for id in (0, 1, -1, 1763852467123, 9007199254740991, -9007199254740991, "", "a", "1", "ü \n\"\\", "x" * 500):
            with self.subTest(id):
                self.assertEqual(id, self.server.plain("tools/list", id=id).answer["id"])
        self.assertIn(b'"id":"\\u0061"',
                      self.ask('{"jsonrpc":"2.0","id":"\\u0061","method":"tools/list"}').body)

    def test_the_version_is_2_0(self):
        for version in ('"1.0"', "2.0", "2", "null", '"2.0 "', '""'):
            with self.subTest(version):
                self.assert_error('{"jsonrpc":' + version + ',"id":7,"method":"ping"}', INVALID_REQUEST, id=7)
        self.assert_error('{"id":7,"method":"ping"}', INVALID_REQUEST, id=7)

    def test_a_message_has_a_method_a_result_or_an_error(self):
        for text in ('{"jsonrpc":"2.0","id":7}', '{"jsonrpc":"2.0","id":7,"method":5}',
                     '{"jsonrpc":"2.0","id":7,"method":null}', '{"jsonrpc":"2.0","id":7,"result":{},"error":{}}',
                     '{"jsonrpc":"2.0","id":7,"method":"ping","result":{}}'):
            with self.subTest(text):
                self.assert_error(text, INVALID_REQUEST, id=7)

    def test_params_are_an_object(self):
        for params in ("[]", "1", '"a"', "null", '{"_meta":1}', '{"_meta":[]}'):
            with self.subTest(params):
                self.assert_error('{"jsonrpc":"2.0","id":7,"method":"tools/list","params":' + params + "}",
                                  INVALID_PARAMS, id=7)

    def test_an_unknown_method_is_not_found(self):
        for method in ("unknown/method", "", "tools/List", "tools/list ", "TOOLS/LIST", "tools", "__proto__"):
            with self.subTest(method):
                response = self.server.plain(method, id=7)
                self.assertEqual((METHOD_NOT_FOUND, 7), (response.code, response.answer["id"]), response)

    def test_request_text_is_escaped_in_errors(self):
        response = self.server.plain("evil\r\nSet-Cookie: x\u2028<script>")
        self.assertEqual(METHOD_NOT_FOUND, response.code)
        self.assertIsNone(response.field("Set-Cookie"))
        self.assertNotIn("\n", response.body.decode().rstrip("\n"))

    def test_a_notification_is_accepted_without_an_answer(self):
        for method in ("notifications/initialized", "notifications/cancelled", "notifications/unheard_of"):
            with self.subTest(method):
                response = self.server.plain(method, id=None)
                self.assertEqual((202, b""), (response.status, response.body))

    def test_unknown_members_are_ignored(self):
        self.assertEqual(200, self.ask('{"jsonrpc":"2.0","id":1,"method":"tools/list","extra":{"a":[1]}}').status)

    def test_white_space_around_a_message_is_ignored(self):
        self.assertEqual(200, self.ask(" \r\n\t" + json.dumps(rpc("tools/list"), indent=2) + "\n ").status)

    def test_log_lines_cannot_be_forged(self):
        self.server.plain("x\n2026-01-01T00:00:00 error: forged")
        self.assertNotRegex(self.server.log, "(?m)^2026-01-01T00:00:00 error: forged")
