"""The protocols of 2025 over HTTP: the handshake, sessions, and clients without either."""

import os
import subprocess

from harness import (LEGACY, MODERN, SOURCE, TIMEOUT, Server, Session, SharedServerTest, new_token, rpc, settings,
                     wait_until)


def initialize(version, id=1):
    return rpc("initialize", {"protocolVersion": version, "capabilities": {},
                              "clientInfo": {"name": "e2e", "version": "1"}}, id)


class GuideCurlCommand(SharedServerTest):
    LINE = ('curl -X POST http://localhost:8080/mcp -H "Content-Type: application/json" '
            '-H "Authorization: Bearer $TOKEN" -d \'{"jsonrpc":"2.0","id":1,"method":"tools/list"}\'')

    def run_line(self, token):
        line = self.LINE.replace("8080", str(self.server.port)).replace("curl ", "curl -s -w '\\n%{http_code}' ", 1)
        done = subprocess.run(["sh", "-c", line], env={"TOKEN": token, "PATH": os.environ["PATH"]}, timeout=TIMEOUT,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
        return done.stdout.rsplit("\n", 1)

    def test_gets_the_tools(self):
        body, status = self.run_line(self.server.token)
        self.assertEqual("200", status)
        self.assertIn('"echo"', body)

    def test_gets_a_sentence_when_the_token_is_invalid(self):
        body, status = self.run_line(new_token())
        self.assertEqual("401", status)
        self.assertIn("Ask the operator", body)

    def test_is_in_the_readme_word_for_word(self):
        self.assertIn(self.LINE, (SOURCE / "README.md").read_text())

    def test_calls_a_tool_too(self):
        response = self.server.plain("tools/call", {"name": "echo", "arguments": {"text": "hi"}})
        self.assertEqual("hi", response.text)
        self.assertNotIn("resultType", response.result)
        self.assertEqual("application/json", response.field("Content-Type"))

    def test_starts_no_session(self):
        self.assertIsNone(self.server.plain("tools/list").field("Mcp-Session-Id"))


class Initialize(SharedServerTest):
    def test_every_version_is_supported(self):
        for version in LEGACY:
            with self.subTest(version):
                response = self.server.post(initialize(version))
                self.assertEqual(200, response.status)
                self.assertEqual(version, response.result["protocolVersion"])
                self.assertTrue(response.result["serverInfo"]["name"])
                self.assertTrue(response.result["serverInfo"]["version"])
                self.assertIn("tools", response.result["capabilities"])
                self.assertIn("logging", response.result["capabilities"])
                self.assertNotIn("resultType", response.result)

    def test_an_unknown_version_gets_the_newest_legacy_version(self):
        for version in ("2024-11-05", "1.0", "2099-01-01", ""):
            with self.subTest(version):
                self.assertEqual(LEGACY[0], self.server.post(initialize(version)).result["protocolVersion"])

    def test_headers_of_modern_clients_are_ignored(self):
        response = self.server.post(initialize(LEGACY[0]),
                                    {"MCP-Protocol-Version": LEGACY[0], "Mcp-Method": "initialize"})
        self.assertEqual(200, response.status)

    def test_a_session_id_is_unique_visible_ascii(self):
        ids = [self.server.post(initialize(LEGACY[0])).field("Mcp-Session-Id") for _ in range(20)]
        self.assertEqual(20, len(set(ids)))
        for one in ids:
            self.assertRegex(one, r"^[\x21-\x7e]{20,}$")
        # Random from the first character on: ids that begin alike have less in them than they show.
        self.assertGreater(len({one[:4] for one in ids}), 10)

    def test_missing_members_are_an_error(self):
        for params in ({}, {"protocolVersion": 5, "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}):
            with self.subTest(params):
                response = self.server.plain("initialize", params)
                self.assertEqual(-32602, response.code)
                self.assertIsNone(response.field("Mcp-Session-Id"))


class Sessions(SharedServerTest):
    def test_use_the_negotiated_version(self):
        for version in LEGACY:
            with self.subTest(version):
                session = Session(self.server, version)
                self.assertEqual(202, session.ready.status)
                names = [tool["name"] for tool in session.request("tools/list").result["tools"]]
                self.assertIn("echo", names)
                called = session.request("tools/call", {"name": "echo", "arguments": {"text": "hi"}})
                self.assertEqual("hi", called.text)
                self.assertNotIn("resultType", called.result)

    def test_a_ping_gets_an_empty_result(self):
        self.assertEqual({}, Session(self.server).request("ping").result)

    def test_the_log_level_can_be_set(self):
        session = Session(self.server)
        self.assertEqual({}, session.request("logging/setLevel", {"level": "info"}).result)
        self.assertEqual(-32602, session.request("logging/setLevel", {"level": "loud"}).code)

    def test_later_requests_may_omit_the_version(self):
        session = Session(self.server)
        self.assertEqual(200, session.request("tools/list", fields={"MCP-Protocol-Version": None}).status)

    def test_an_unknown_version_is_a_bad_request(self):
        session = Session(self.server)
        self.assertEqual(400, session.request("tools/list", fields={"MCP-Protocol-Version": "1999-01-01"}).status)

    def test_an_unknown_session_is_not_found(self):
        for id in ("nonsense", "0" * 32, ""):
            with self.subTest(id):
                response = self.server.plain("tools/list", fields={"Mcp-Session-Id": id})
                self.assertEqual(404, response.status, response)
                self.assertIn("error", response.json)

    def test_a_deleted_session_is_not_found(self):
        session = Session(self.server)
        self.assertIn(session.send("DELETE").status, (200, 204))
        self.assertEqual(404, session.request("tools/list").status)
        self.assertEqual(404, session.send("DELETE").status)

    def test_delete_requires_a_session_id(self):
        response = self.server.send("DELETE", fields={"Content-Type": None})
        self.assertEqual(405, response.status, response)
        self.assertIn("Mcp-Session-Id", response.sentence)
        self.assertIn("POST", response.field("Allow"))

    def test_a_session_id_does_not_replace_the_token(self):
        session = Session(self.server)
        self.assertEqual(401, self.server.post(rpc("tools/list"), session.fields(), token=None).status)
        self.assertEqual(401, session.send("DELETE", token=new_token()).status)
        self.assertEqual(200, session.request("tools/list").status)

    def test_server_discover_is_modern_only(self):
        self.assertEqual(-32601, Session(self.server).request("server/discover").code)

    def test_an_unexpected_response_gets_no_json_rpc_answer(self):
        response = Session(self.server).post({"jsonrpc": "2.0", "id": 5, "result": {}})
        self.assertIn(response.status, (202, 400))
        self.assertFalse(response.body and "result" in response.json)

    def test_a_modern_request_in_one_is_served_as_modern(self):
        session = Session(self.server)
        self.assertEqual(200, self.server.modern("tools/list", fields={"Mcp-Session-Id": session.id}).status)
        self.assertEqual(MODERN, self.server.modern("server/discover").result["supportedVersions"][0])


class SessionStream(SharedServerTest):
    """GET opens the stream of a session."""

    def open(self, session, **fields):
        connection = self.server.connect()
        connection.send(self.server.request("GET", fields=session.fields(
            {"Accept": "text/event-stream", "Content-Type": None} | fields)))
        return connection

    def assert_open(self, connection):
        status, fields = connection.read_head()
        self.assertEqual((200, "text/event-stream"), (status, dict(fields)["Content-Type"]))

    def test_stays_open_while_requests_are_answered(self):
        session = Session(self.server)
        with self.open(session) as connection:
            self.assert_open(connection)
            self.assertEqual({}, session.request("ping").result)
            self.assertFalse(connection.is_closed(0.3))

    def test_requires_a_session_of_the_same_principal(self):
        session = Session(self.server)
        for fields, status in (({"Mcp-Session-Id": None}, 405), ({"Mcp-Session-Id": "0" * 32}, 404),
                               ({"Accept": "application/json"}, 405), ({"Authorization": "Bearer wrong"}, 401)):
            with self.subTest(fields), self.open(session, **fields) as connection:
                self.assertEqual(status, connection.read_response().status)

    def test_ends_with_the_session(self):
        session = Session(self.server)
        with self.open(session) as connection:
            self.assert_open(connection)
            self.assertEqual(204, session.send("DELETE").status)
            connection.read_to_end()
        self.assertEqual(404, session.request("ping").status)

    def test_ends_with_the_server(self):
        with Server(settings("echo")) as server:
            session = Session(server)
            with server.connect() as connection:
                connection.send(server.request("GET", fields=session.fields({"Accept": "text/event-stream"})))
                self.assertEqual(200, connection.read_head()[0])
                server.signal()
                connection.read_to_end()
                server.stop()

    def test_that_is_closed_repeatedly_leaks_nothing(self):
        session = Session(self.server)
        before = self.server.open_files()
        for _ in range(30):
            with self.open(session) as connection:
                self.assert_open(connection)
        self.assertTrue(wait_until(lambda: self.server.open_files() <= before))


class Batches(SharedServerTest):
    BATCH = [rpc("ping", id=1), rpc("notifications/initialized", id=None), rpc("nonsense", id="two"),
             rpc("tools/call", {"name": "echo", "arguments": {"text": "hi"}}, id=3)]

    def test_are_answered_in_a_session_of_2025_03_26(self):
        session = Session(self.server, "2025-03-26")
        response = session.post(self.BATCH)
        self.assertEqual(200, response.status)
        answers = {answer["id"]: answer for answer in response.json}
        self.assertEqual({1, "two", 3}, set(answers))
        self.assertEqual({}, answers[1]["result"])
        self.assertEqual(-32601, answers["two"]["error"]["code"])
        self.assertEqual("hi", answers[3]["result"]["content"][0]["text"])

    def test_of_notifications_get_no_answer(self):
        response = Session(self.server, "2025-03-26").post([rpc("notifications/initialized", id=None)] * 2)
        self.assertEqual((202, b""), (response.status, response.body))

    def test_that_are_empty_or_contain_invalid_messages_are_errors(self):
        session = Session(self.server, "2025-03-26")
        self.assertEqual(-32600, session.post([]).code)
        answers = session.post([1, rpc("ping", id=5)]).json
        self.assertEqual([-32600, None], [one.get("error", {}).get("code") for one in answers])

    def test_are_refused_in_other_versions(self):
        for version in ("2025-11-25", "2025-06-18"):
            with self.subTest(version):
                response = Session(self.server, version).post(self.BATCH)
                self.assertEqual((400, -32600), (response.status, response.code))


class ManySessions(SharedServerTest):
    config = settings("echo", server={"sessions": 3})

    def test_are_limited_and_the_server_keeps_serving(self):
        opened = [self.server.post(initialize(LEGACY[0])) for _ in range(10)]
        for response in opened:
            self.assertIn(response.status, (200, 429, 503), response)
        self.assertEqual(200, self.server.plain("tools/list").status)
        alive = [response.field("Mcp-Session-Id") for response in opened if response.field("Mcp-Session-Id")]
        served = [id for id in alive if self.server.plain("ping", fields={"Mcp-Session-Id": id}).status == 200]
        self.assertLessEqual(len(served), 3)
        self.assertGreater(len(served), 0)


class IdleSessions(SharedServerTest):
    config = settings("echo", server={"session_idle": "330ms"})

    def test_expire(self):
        session = Session(self.server)
        self.assertEqual(200, session.request("ping").status)
        with self.server.connect() as connection:
            connection.is_silent(1)  # three times as long as it may be idle
        self.assertEqual(404, session.request("ping").status)
