"""Batches, which only a session of 2025-03-26 may send."""

from harness import CONFORMANCE_PLUGIN, Session, SharedServerTest, hostile, plugin, rpc, settings

INVALID_REQUEST = -32600


def echo(text, id):
    return rpc("tools/call", {"name": "echo", "arguments": {"text": text}}, id)


class BatchTests(SharedServerTest):
    config = settings("echo", plugin(CONFORMANCE_PLUGIN), plugin(hostile("misbehaving"), timeout="500ms"))

    def setUp(self):
        self.session = Session(self.server, "2025-03-26", capabilities={"elicitation": {}})

    def answers(self, batch):
        response = self.session.post(batch)
        self.assertEqual((200, "application/json"), (response.status, response.field("Content-Type")))
        self.assertIsInstance(response.json, list)
        return response.json

    def texts(self, answers):
        return [(one["id"], one["result"]["content"][0]["text"]) for one in answers]


class Batch(BatchTests):
    def test_of_valid_and_invalid_messages_is_answered_one_by_one(self):
        answers = self.answers([
            echo("first", 1), 5, "x", None, {}, [], [echo("inner", 2)], {"jsonrpc": "1.0", "id": 3, "method": "ping"},
            {"jsonrpc": "2.0", "id": {}, "method": "ping"}, {"jsonrpc": "2.0", "id": 4, "method": 5},
            rpc("nonsense", id="five"), rpc("notifications/initialized", id=None), rpc("tools/call", [], 6),
            rpc("tools/call", {"name": "nobody"}, 7),
            {"jsonrpc": "2.0", "id": "toolrack-1", "result": {}}, echo("last", 8)])
        codes = [one.get("error", {}).get("code") for one in answers]
        self.assertEqual([None] + [INVALID_REQUEST] * 9 + [-32601, -32602, -32602, None], codes)
        ids = [1, None, None, None, None, None, None, 3, None, 4, "five", 6, 7, 8]
        self.assertEqual(ids, [one.get("id") for one in answers])
        self.assertEqual([(1, "first"), (8, "last")], self.texts([answers[0], answers[-1]]))

    def test_with_an_id_twice_is_answered_twice(self):
        answers = self.answers([echo("a", 1), echo("b", 1), echo("c", "1")])
        self.assertEqual([(1, "a"), (1, "b"), ("1", "c")], self.texts(answers))

    def test_of_one_is_a_batch(self):
        self.assertEqual([(1, "a")], self.texts(self.answers([echo("a", 1)])))

    def test_of_100_messages_is_answered_in_order_and_one_of_101_is_refused(self):
        calls = [echo(f"nonce-{n}", n) for n in range(100)]
        self.assertEqual([(n, f"nonce-{n}") for n in range(100)], self.texts(self.answers(calls)))
        response = self.session.post(calls + [rpc("notifications/initialized", id=None)])
        self.assertEqual((400, INVALID_REQUEST), (response.status, response.code))
        self.assertIn("100", response.sentence)

    def test_without_requests_gets_no_body(self):
        answers = [{"jsonrpc": "2.0", "id": 1, "result": {}},
                   {"jsonrpc": "2.0", "id": 1, "error": {"code": -1, "message": ""}}]
        for batch in (answers, [rpc("notifications/cancelled", {"requestId": 1}, id=None)] * 100,
                      [*answers, rpc("notifications/unknown", id=None)]):
            response = self.session.post(batch)
            self.assertEqual((202, b""), (response.status, response.body))

    def test_starts_no_session(self):
        params = {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
        response = self.session.post([rpc("initialize", params, 1), echo("a", 2)])
        self.assertIsNone(response.field("Mcp-Session-Id"))
        self.assertEqual(INVALID_REQUEST, response.json[0]["error"]["code"])
        self.assertEqual([(2, "a")], self.texts(response.json[1:]))

    def test_with_calls_that_report_progress_request_input_or_hang_is_answered_completely(self):
        notifies = rpc("tools/call", {"name": "notifies", "_meta": {"progressToken": "t"}}, 1)
        asks = rpc("tools/call", {"name": "test_input_required_result_elicitation", "arguments": {}}, 2)
        polls = rpc("tools/call", {"name": "test_reconnection", "arguments": {}}, 3)
        hangs = rpc("tools/call", {"name": "never_answers", "arguments": {}}, 4)
        throws = rpc("tools/call", {"name": "throws", "arguments": {}}, 5)
        answers = self.answers([notifies, asks, polls, hangs, throws, echo("last", 6)])
        self.assertEqual([1, 2, 3, 4, 5, 6], [one["id"] for one in answers])
        self.assertEqual("notified", answers[0]["result"]["content"][0]["text"])
        self.assertTrue(answers[1]["result"]["isError"])
        self.assertIn("Reconnection test completed", answers[2]["result"]["content"][0]["text"])
        self.assertIn("did not answer within", answers[3]["error"]["message"])
        self.assertTrue(answers[4]["result"]["isError"])
        self.assertEqual([(6, "last")], self.texts(answers[5:]))

    def test_cannot_cancel_its_own_requests(self):
        cancelled = rpc("notifications/cancelled", {"requestId": 2}, id=None)
        self.assertEqual([(1, "a"), (2, "b")],
                         self.texts(self.answers([echo("a", 1), cancelled, echo("b", 2), cancelled])))

    def test_with_a_modern_request_gets_an_error_that_names_the_missing_header(self):
        meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {}}
        answers = self.answers([rpc("server/discover", {"_meta": meta}, 1), echo("a", 2)])
        self.assertEqual(-32020, answers[0]["error"]["code"])
        self.assertEqual([(2, "a")], self.texts(answers[1:]))

    def test_in_an_ended_session_is_not_found(self):
        self.session.send("DELETE")
        for fields in ({}, {"Mcp-Session-Id": "nonsense"}):
            self.assertEqual(404, self.session.post([echo("a", 1)], fields).status)

    def test_without_a_session_is_refused(self):
        response = self.server.post([echo("a", 1)])
        self.assertEqual((400, INVALID_REQUEST), (response.status, response.code))
