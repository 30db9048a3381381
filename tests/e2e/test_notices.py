"""Notifications during a call: progress, log messages and cancellation."""

import json

from harness import (CONFORMANCE_PLUGIN, LEGACY, META, MODERN, Closed, Server, Session, SharedServerTest, hostile,
                     in_parallel, modern, plugin, rpc, settings, wait_until)


class NotificationTests(SharedServerTest):
    config = settings(plugin(CONFORMANCE_PLUGIN), plugin(hostile("misbehaving")))

    def setUp(self):
        self.session = Session(self.server)


class ProgressTokens(NotificationTests):
    def notices(self, token):
        """What came before the answer in each era, byte for byte. `token`: JSON text."""
        meta = '"_meta":{"progressToken":%s' % token
        for_modern = json.dumps({META + "protocolVersion": MODERN, META + "clientCapabilities": {}})[1:-1]
        _, modern_fields = modern("tools/call", {"name": "notifies"})
        for params, fields in ((meta + "}", self.session.fields()), (meta + "," + for_modern + "}", modern_fields)):
            body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"notifies",%s}}' % params
            response = self.server.post(body.encode(), fields)
            self.assertEqual("notified", response.text)
            yield [line for line in response.body.decode().split("\n") if "notifications/progress" in line]

    def test_are_returned_unchanged(self):
        for token in ('"t"', '""', "0", "-1", "-0", "1.5", "-2.50", "1e3", "1E+3", "9007199254740993", "1234567890" * 5,
                      '"\\u0000"', '"\\u00fc\\n\\"\\\\"', '"ü\U0001f600"', '"</script>"', '"data: x\\n\\nid: 5"',
                      f'"{"x" * 100_000}"'):
            with self.subTest(token[:40]):
                for lines in self.notices(token):
                    self.assertEqual(3, len(lines))
                    for line in lines:
                        self.assertIn(f'"progressToken":{token},', line)

    def test_of_another_type_are_ignored(self):
        for token in ("null", "true", "false", "{}", '{"a":1}', "[]", '["t"]'):
            with self.subTest(token):
                for lines in self.notices(token):
                    self.assertEqual([], lines)

    def test_belong_to_one_call(self):
        def client(index):
            session = Session(self.server, LEGACY[index % 3])
            params = {"name": "notifies", "_meta": {"progressToken": f"token-{index}"}}
            notifications = session.request("tools/call", params).notifications
            return [one["params"]["progressToken"] for one in notifications if one["method"] == "notifications/progress"]

        self.assertEqual([[f"token-{index}"] * 3 for index in range(20)], in_parallel(20, client))


class LogLevels(NotificationTests):
    LEVELS = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")

    def messages(self):
        return self.session.request("tools/call", {"name": "notifies"}).notifications

    def test_pass_messages_of_at_least_that_severity(self):
        for level in self.LEVELS:
            with self.subTest(level):
                self.assertEqual({}, self.session.request("logging/setLevel", {"level": level}).result)
                self.assertEqual(3 if level in ("debug", "info") else 0, len(self.messages()))

    def test_that_are_unknown_change_nothing(self):
        self.session.request("logging/setLevel", {"level": "error"})
        for params in ({"level": "loud"}, {"level": "INFO"}, {"level": " info"}, {"level": ""}, {"level": 5},
                       {"level": None}, {"level": ["info"]}, {"level": {}}, {}):
            with self.subTest(params):
                response = self.session.request("logging/setLevel", params)
                self.assertEqual(-32602, response.code)
                self.assertIn("emergency", response.sentence)
        self.assertEqual([], self.messages())

    def test_belong_to_one_session(self):
        self.session.request("logging/setLevel", {"level": "emergency"})
        other = Session(self.server)
        other.request("logging/setLevel", {"level": "debug"})
        self.assertEqual([], self.messages())
        self.assertEqual(3, len(other.request("tools/call", {"name": "notifies"}).notifications))

    def test_of_a_modern_request_apply_to_it_only(self):
        for level in self.LEVELS:
            answer = self.server.modern("tools/call", {"name": "test_tool_with_logging"},
                                        meta={META + "logLevel": level})
            self.assertEqual(3 if level in ("debug", "info") else 0, len(answer.notifications))
        for wrong in ("loud", "INFO", "", 5, None, [], {}):
            with self.subTest(wrong):
                message, fields = modern("tools/call", {"name": "test_logging_tool"})
                message["params"]["_meta"][META + "logLevel"] = wrong
                response = self.server.post(message, fields)
                self.assertEqual((400, -32602), (response.status, response.code))
                self.assertIn("logLevel", response.sentence)


class Cancellation(NotificationTests):
    """notifications/cancelled, and how test_sleep takes it."""

    names = iter(range(1_000_000))

    def sleep(self, ms, id=1, session=None):
        """A call that sleeps: its connection and the name that it can be asked for."""
        name = f"sleeper-{next(self.names)}"
        params = {"name": "test_sleep", "arguments": {"ms": ms, "id": name}}
        connection = self.server.connect()
        self.addCleanup(connection.close)
        connection.send(self.server.request(body=rpc("tools/call", params, id),
                                            fields=(session or self.session).fields()))
        self.assertTrue(wait_until(lambda: self.status(name) == "running"))
        return connection, name

    def status(self, name):
        return self.server.call_tool("test_sleep_status", {"id": name}).text

    def cancel(self, id, session=None, **more):
        response = (session or self.session).post(rpc("notifications/cancelled", {"requestId": id} | more, id=None))
        self.assertEqual((202, b""), (response.status, response.body))

    def test_of_a_call_reaches_the_tool_and_the_call_is_not_answered(self):
        for id in (1, "x", 0, -7, "", 2**53 - 1, "ü"):
            with self.subTest(id):
                connection, name = self.sleep(60_000, id)
                self.cancel(id, reason="I changed my mind")
                self.assertTrue(wait_until(lambda: self.status(name) == "cancelled"))
                try:
                    self.assertNotIn(b"result", connection.read_response().body)
                except Closed:
                    pass

    def test_of_one_call_leaves_the_others_running(self):
        (first, name), (second, other) = self.sleep(60_000, 1), self.sleep(1000, 2)
        self.cancel(1)
        self.assertEqual("slept 1000", second.read_response().text)
        self.assertEqual("completed", self.status(other))
        self.assertTrue(wait_until(lambda: self.status(name) == "cancelled"))

    def test_of_an_unknown_request_id_changes_nothing(self):
        connection, name = self.sleep(1500)
        other = Session(self.server)
        self.cancel(1, other)
        for id in ("1", 2, 1.5, None, True, {}, [], [1], {"id": 1}, "x" * 100_000, 2**70, "toolrack-1"):
            self.cancel(id)
        for params in ({}, {"requestID": 1}, {"id": 1}, None):
            self.assertEqual(202, self.session.post(rpc("notifications/cancelled", params, id=None)).status)
        self.assertEqual(202, self.server.post(rpc("notifications/cancelled", {"requestId": 1}, id=None)).status)
        self.assertEqual("slept 1500", connection.read_response().text)
        self.assertEqual("completed", self.status(name))

    def test_of_a_finished_call_changes_nothing(self):
        connection, name = self.sleep(100)
        self.assertEqual("slept 100", connection.read_response().text)
        for _ in range(2):
            self.cancel(1)
        self.assertEqual("completed", self.status(name))
        self.assertEqual({}, self.session.request("ping").result)

    def test_twice_has_the_effect_of_once(self):
        connection, name = self.sleep(60_000)
        in_parallel(8, lambda _: self.cancel(1))
        self.assertTrue(wait_until(lambda: self.status(name) == "cancelled"))

    def test_closes_the_stream_of_the_call(self):
        with self.session.stream("tools/call", {"name": "test_sleep", "arguments": {"ms": 60_000, "id": "speaks"},
                                                "_meta": {"progressToken": 1}}) as stream:
            self.assertEqual(1, stream.next()["params"]["progress"])
            self.cancel(1)
            self.assertFalse([message for message in stream if "id" in message])
        self.assertTrue(wait_until(lambda: self.status("speaks") == "cancelled"))

    def test_of_all_calls_happens_when_the_session_ends(self):
        session = Session(self.server)
        sleepers = [self.sleep(60_000, id, session) for id in range(5)]
        self.assertEqual(204, session.send("DELETE").status)
        for connection, name in sleepers:
            self.assertTrue(wait_until(lambda: self.status(name) == "cancelled"))

    def test_by_disconnecting_applies_to_modern_calls(self):
        message, fields = modern("tools/call", {"name": "test_sleep", "arguments": {"ms": 60_000, "id": "left"}})
        with self.server.connect() as connection:
            connection.send(self.server.request(body=message, fields=fields))
            self.assertTrue(wait_until(lambda: self.status("left") == "running"))
        self.assertTrue(wait_until(lambda: self.status("left") == "cancelled"))

    def test_by_disconnecting_does_not_apply_to_legacy_calls(self):
        connection, name = self.sleep(700)
        connection.close()
        self.assertTrue(wait_until(lambda: self.status(name) == "completed"))

    def test_happens_when_a_stopping_server_exceeds_its_drain_time(self):
        with Server(settings(plugin(CONFORMANCE_PLUGIN), server={"drain": "100ms"})) as server:
            with server.connect() as connection:
                params = {"name": "test_sleep", "arguments": {"ms": 60_000, "id": "x"}}
                connection.send(server.request(body=rpc("tools/call", params)))
                self.assertTrue(wait_until(
                    lambda: server.call_tool("test_sleep_status", {"id": "x"}).text == "running"))
                server.stop()
        self.assertNotIn("never returned", server.log)
