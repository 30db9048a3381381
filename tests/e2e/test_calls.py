"""Calls: misbehaving tools, concurrency, notifications, cancellation and the drain."""

import json
import time
import unittest

from harness import (META, TIMEOUT, Connection, Folder, Server, Session, SharedServerTest, hostile, in_parallel,
                     in_the_host, modern, plugin, rpc, settings, wait_until)

INTERNAL_ERROR = -32603


class MisbehavingPlugin(SharedServerTest):
    config = settings("echo", plugin(hostile("misbehaving"), timeout="500ms"), server={"max_result": "64KiB"})

    def assert_failed(self, tool, arguments=None, words="."):
        response = self.server.call_tool(tool, arguments or {}, id=7)
        self.assertEqual((200, INTERNAL_ERROR, 7), (response.status, response.code, response.answer["id"]), response)
        self.assertRegex(response.sentence, words)
        self.assertEqual("hi", self.server.call_tool("echo", {"text": "hi"}).text)
        return response

    def test_an_exception_is_an_error_without_its_text(self):
        response = self.server.call_tool("throws", {})
        self.assertEqual(200, response.status)
        self.assertTrue(response.result["isError"])
        self.assertIn("The tool failed", response.text)
        self.assertNotIn("canary", response.body.decode())
        self.server.wait_for_line("internal canary 8d2f91")

    def test_a_second_answer_is_dropped(self):
        response = self.server.call_tool("answers_twice", {})
        self.assertEqual("first", response.text)
        self.assertEqual(1, len(response.messages))
        self.server.wait_for_line("misbehaving: an answer for call .* was dropped")

    def test_a_call_without_an_answer_times_out_and_is_logged(self):
        begun = time.monotonic()
        self.assert_failed("never_answers", words='"never_answers".*500 ?ms')
        self.assertLess(time.monotonic() - begun, TIMEOUT / 3)
        self.server.wait_for_line("never_answers")

    def test_a_late_answer_is_dropped(self):
        response = self.assert_failed("answers_after_cancel", words='"answers_after_cancel".*500 ?ms')
        self.assertNotIn("too late", response.body.decode())

    def test_an_answer_that_is_not_json_is_an_error(self):
        self.assert_failed("answers_bad_json", words="answers_bad_json")
        self.server.wait_for_line("misbehaving.*JSON")

    def test_an_answer_that_is_not_utf_8_is_an_error(self):
        self.assert_failed("answers_bad_utf8", words="answers_bad_utf8")

    def test_an_answer_that_is_too_large_is_an_error(self):
        self.assertEqual(50_000, len(self.server.call_tool("answers_huge", {"bytes": 50_000}).text))
        self.assert_failed("answers_huge", {"bytes": 70_000}, words="answers_huge")

    def test_an_answer_for_another_call_is_dropped(self):
        self.assertEqual("mine", self.server.call_tool("foreign_id", {}).text)

    def test_an_unknown_status_of_an_answer_is_an_error(self):
        self.assert_failed("finishes_unknown_outcome")

    # CONTRACT.md, H7.
    def test_a_reserved_error_code_is_replaced(self):
        response = self.assert_failed("reserved_code", words="Reserved")
        self.assertEqual({"of": "reserved_code"}, response.error["data"])

    def test_the_connection_stays_usable(self):
        with self.server.connect() as connection:
            for tool, arguments in (("throws", {}), ("answers_bad_json", {}), ("answers_twice", {}),
                                    ("echo", {"text": ""})):
                connection.send(self.server.request(body=rpc("tools/call", {"name": tool, "arguments": arguments})))
                self.assertEqual(200, connection.read_response().status)


class MisbehavingPluginInTheHost(MisbehavingPlugin):
    config = in_the_host(MisbehavingPlugin.config)


class AbandonedCalls(unittest.TestCase):
    """They end all the same, or the server says which plugin keeps one when it ends."""

    def call_and_stop(self, tool):
        with Server(settings("echo", plugin(hostile("misbehaving"), timeout="200ms"))) as server:
            self.assertIn(f'"{tool}"', server.call_tool(tool, {}).sentence)
        return server.log

    def test_end_with_their_late_answer(self):
        self.assertNotIn("never returned", self.call_and_stop("answers_after_cancel"))

    def test_that_never_end_do_not_delay_the_shutdown(self):
        self.assertIn("plugin misbehaving: a call never returned", self.call_and_stop("never_answers"))

    def test_that_never_end_leave_no_files(self):
        with Folder() as folder, \
                Server(settings(plugin(hostile("misbehaving"), timeout="200ms")), TMPDIR=str(folder.path)) as server:
            server.call_tool("never_answers", {})
            server.stop()
            self.assertEqual([], list(folder.path.iterdir()))


class Arguments(SharedServerTest):
    config = settings("echo", plugin(hostile("misbehaving")))

    # CONTRACT.md, H5.
    def test_that_violate_the_schema_are_an_error_for_the_model(self):
        for arguments in ({}, {"text": 5}, None):
            with self.subTest(arguments):
                response = self.server.call_tool("echo", arguments)
                self.assertEqual(200, response.status)
                self.assertTrue(response.result["isError"])
                self.assertIn("text", response.text)

    def test_may_be_omitted(self):
        self.assertEqual("notified", self.server.plain("tools/call", {"name": "notifies"}).text)

    def test_arrive_as_they_were_sent(self):
        for text in ("", "\u0000", "\n\r\t\"\\/", "\u2028\u2029", "\U0001f600", "a" * 100_000, "</script>", "%s%n"):
            with self.subTest(text[:20]):
                self.assertEqual(text, self.server.call_tool("echo", {"text": text}).text)

    def test_that_are_numbers_are_not_changed(self):
        body = (b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami","arguments":{},'
                b'"_meta":{"x":12345678901234567890123,"y":1.10,"z":1e2}}}')
        said = json.loads(self.server.post(body).text)["params"]
        self.assertIn('"x":12345678901234567890123', said)
        self.assertIn('"y":1.10', said)


class Principals(SharedServerTest):
    config = settings("echo", plugin(hostile("misbehaving")))

    def whoami(self, response):
        return json.loads(response.text), response.body.decode()

    # CONTRACT.md, H10.
    def test_reach_the_tool_and_the_token_does_not(self):
        for response in (self.server.call_tool("whoami", {}),
                         self.server.modern("tools/call", {"name": "whoami", "arguments": {}}),
                         Session(self.server).request("tools/call", {"name": "whoami", "arguments": {}})):
            said, body = self.whoami(response)
            self.assertEqual(("token", "env-token", ["*"]), (said["subject"], said["issuer"], said["scopes"]))
            self.assertNotIn(self.server.token, body)
            self.assertNotIn("Bearer", body)

    def test_have_the_name_of_the_configuration(self):
        config = settings(plugin(hostile("misbehaving"), scopes=[]),
                          extra='options.subject = "ann"\noptions.scopes = ["a:b"]\n')
        with Server(config) as server:
            said, _ = self.whoami(server.call_tool("whoami", {}))
            self.assertEqual(("ann", ["a:b"]), (said["subject"], said["scopes"]))

    def test_are_anonymous_in_open_access(self):
        with Server(settings(plugin(hostile("misbehaving")), backend="open-access"), "--dev") as server:
            said, body = self.whoami(server.post(rpc("tools/call", {"name": "whoami"})))
            self.assertEqual(("anonymous", "open-access"), (said["subject"], said["issuer"]))
            self.assertNotIn(server.token, body)

    def test_come_with_the_client_info(self):
        for response in (Session(self.server).request("tools/call", {"name": "whoami"}),
                         self.server.modern("tools/call", {"name": "whoami"})):
            said, _ = self.whoami(response)
            client = said["client"] if isinstance(said["client"], dict) else json.loads(said["client"])
            self.assertEqual(("e2e", "1"), (client["name"], client["version"]))
            self.assertEqual({}, client["capabilities"])

    def test_cannot_be_claimed_by_the_client(self):
        for meta in ({"subject": "root"}, {"principal": {"subject": "root"}}, {META + "subject": "root"}):
            said, _ = self.whoami(self.server.modern("tools/call", {"name": "whoami"}, meta=meta))
            self.assertEqual("token", said["subject"])


class PrincipalsInTheHost(Principals):
    config = in_the_host(Principals.config)


class Notifications(SharedServerTest):
    config = settings("echo", plugin(hostile("misbehaving")))

    def call(self, meta, **more):
        return self.server.plain("tools/call", {"name": "notifies", "_meta": meta}, **more)

    def assert_progress(self, response, token):
        self.assertTrue(response.is_stream, response)
        self.assertIn("no-", response.field("Cache-Control") or "")
        progress = [message["params"] for message in response.notifications
                    if message["method"] == "notifications/progress"]
        self.assertEqual([1, 2, 3], [one["progress"] for one in progress])
        self.assertEqual([token] * 3, [one["progressToken"] for one in progress])
        self.assertEqual("notified", response.text)
        self.assertEqual(1, len([message for message in response.messages if "id" in message]))
        self.assertIn("result", response.messages[-1])

    def test_of_progress_come_before_the_answer_with_the_same_token(self):
        for token in ("progress-test-1", 5, 0, "", 1763852467123):
            with self.subTest(token):
                self.assert_progress(self.call({"progressToken": token}), token)

    def test_of_progress_come_in_every_era(self):
        params = {"name": "notifies", "_meta": {"progressToken": "t"}}
        self.assert_progress(Session(self.server).request("tools/call", params), "t")
        response = self.server.modern("tools/call", {"name": "notifies"}, meta={"progressToken": "t"})
        self.assert_progress(response, "t")
        self.assertEqual("complete", response.result["resultType"])

    def test_that_were_not_requested_are_not_sent(self):
        response = self.server.modern("tools/call", {"name": "notifies"})
        self.assertFalse(response.is_stream, response)
        self.assertEqual("notified", response.text)

    def test_of_the_log_are_sent_from_the_requested_level(self):
        response = self.server.modern("tools/call", {"name": "notifies"}, meta={META + "logLevel": "info"})
        messages = [one for one in response.notifications if one["method"] == "notifications/message"]
        self.assertEqual(["step 1", "step 2", "step 3"], [one["params"]["data"] for one in messages])
        self.assertEqual({"info"}, {one["params"]["level"] for one in messages})
        quiet = self.server.modern("tools/call", {"name": "notifies"}, meta={META + "logLevel": "error"})
        self.assertEqual([], quiet.notifications)

    def test_of_the_log_follow_the_level_of_a_session(self):
        session = Session(self.server)
        session.request("logging/setLevel", {"level": "error"})
        self.assertEqual([], session.request("tools/call", {"name": "notifies"}).notifications)
        session.request("logging/setLevel", {"level": "debug"})
        self.assertEqual(3, len(session.request("tools/call", {"name": "notifies"}).notifications))

    def test_are_not_sent_to_a_client_that_accepts_no_stream(self):
        response = self.call({"progressToken": "t"}, fields={"Accept": "application/json"})
        self.assertFalse(response.is_stream)
        self.assertEqual("notified", response.text)

    def test_are_sent_one_by_one(self):
        with self.server.connect() as connection:
            connection.send(self.server.request(
                body=rpc("tools/call", {"name": "notifies", "_meta": {"progressToken": 1}})))
            status, fields = connection.read_head()
            self.assertEqual(200, status)
            self.assertIn("text/event-stream", dict((name.lower(), text) for name, text in fields)["content-type"])
            self.assertEqual(1, connection.read_event()[0]["params"]["progress"])

    def test_leave_the_connection_usable(self):
        with self.server.connect() as connection:
            for _ in range(3):
                connection.send(self.server.request(
                    body=rpc("tools/call", {"name": "notifies", "_meta": {"progressToken": 1}})))
                self.assertEqual("notified", connection.read_response().text)


class NotificationsInTheHost(Notifications):
    config = in_the_host(Notifications.config)


class ConcurrentCalls(SharedServerTest):
    config = settings("echo", plugin(hostile("misbehaving")))

    # CONTRACT.md, P7.
    def test_24_calls_run_concurrently(self):
        answers = in_parallel(24, lambda index: self.server.call_tool("slow", {"ms": 100}, id=index))
        self.assertEqual([("slept", index) for index in range(24)],
                         [(answer.text, answer.answer["id"]) for answer in answers])

    def test_each_of_1000_clients_with_the_same_id_gets_its_own_answer(self):
        clients = [self.server.connect() for _ in range(1000)]
        for turn in range(3):
            nonces = [f"nonce-{index}-{turn}" for index in range(1000)]
            calls = [rpc("tools/call", {"name": "echo", "arguments": {"text": nonce}}) for nonce in nonces]
            requests = [self.server.request(body=call) for call in calls]
            # All are under way before any of them is whole.
            for client, data in zip(clients, requests):
                client.send(data[:-1])
            for client, data in zip(clients, requests):
                client.send(data[-1:])
            self.assertEqual(nonces, [client.read_response().text for client in clients])
        for client in clients:
            client.close()

    def test_a_slow_tool_does_not_delay_another(self):
        waiting = [self.server.connect() for _ in range(20)]
        for connection in waiting:
            connection.send(self.server.request(body=rpc("tools/call", {"name": "slow", "arguments": {"ms": 1500}})))
        self.assertEqual("hi", self.server.call_tool("echo", {"text": "hi"}).text)
        self.assertTrue(waiting[-1].is_silent(0), "the slow ones were answered first")
        for connection in waiting:
            self.assertEqual("slept", connection.read_response().text)
            connection.close()


class ConcurrentCallsInTheHost(ConcurrentCalls):
    config = in_the_host(ConcurrentCalls.config)


class FullLane(SharedServerTest):
    config = settings("echo", plugin(hostile("misbehaving"), threads=1, queue=1))

    def test_is_answered_with_busy_and_loses_no_call(self):
        answers = in_parallel(10, lambda index: self.server.call_tool("slow", {"ms": 600}, id=index))
        served = [answer for answer in answers if "result" in answer.answer]
        busy = [answer for answer in answers if "error" in answer.answer]
        self.assertEqual(10, len(served) + len(busy))
        self.assertGreaterEqual(len(served), 1)
        self.assertGreaterEqual(len(busy), 1)
        for answer in busy:
            self.assertIn("busy", answer.sentence)
            self.assertEqual(200, answer.status)
        self.assertEqual("hi", self.server.call_tool("echo", {"text": "hi"}).text)
        self.assertEqual("slept", self.server.call_tool("slow", {"ms": 1}).text)


class FullLaneInTheHost(FullLane):
    config = in_the_host(FullLane.config)


class Disconnecting(SharedServerTest):
    config = settings("echo", plugin(hostile("misbehaving"), threads=1))

    def begin(self, message, fields):
        connection = self.server.connect()
        connection.send(self.server.request(body=message, fields=fields))
        return connection

    def test_cancels_a_modern_call(self):
        connection = self.begin(*modern("tools/call", {"name": "slow", "arguments": {"ms": 25_000}}))
        self.assertTrue(connection.is_silent(0.3))
        connection.close()
        begun = time.monotonic()
        # The lane has one thread: this waits until the tool has noticed.
        self.assertEqual("slept", self.server.call_tool("slow", {"ms": 1}).text)
        self.assertLess(time.monotonic() - begun, 15)

    def test_does_not_cancel_a_legacy_call(self):
        begun = time.monotonic()
        connection = self.begin(rpc("tools/call", {"name": "slow", "arguments": {"ms": 2000}}), {})
        self.assertTrue(connection.is_silent(0.5))
        connection.close()
        # The lane has one thread: this waits until the other has slept to its end.
        self.assertEqual("slept", self.server.call_tool("slow", {"ms": 1}).text)
        self.assertGreaterEqual(time.monotonic() - begun, 2)

    def test_in_the_middle_of_a_stream_affects_no_other_client(self):
        for _ in range(20):
            connection = self.begin(rpc("tools/call", {"name": "notifies", "_meta": {"progressToken": 1}}), {})
            connection.read_head()
            connection.close()
        self.assert_serves()


class DisconnectingInTheHost(Disconnecting):
    config = in_the_host(Disconnecting.config)


class Draining(unittest.TestCase):
    def begin(self, server, milliseconds):
        connection = server.connect()
        connection.send(server.request(body=rpc("tools/call", {"name": "slow", "arguments": {"ms": milliseconds}})))
        self.assertTrue(connection.is_silent(1))
        return connection

    def test_a_call_in_flight_is_answered_before_the_server_ends(self):
        with Server(settings(plugin(hostile("misbehaving")))) as server:
            connection = self.begin(server, 3000)
            server.signal()
            self.assertEqual("slept", connection.read_response().text)
            self.assertTrue(connection.is_closed())

    def test_no_new_connection_is_accepted_meanwhile(self):
        with Server(settings(plugin(hostile("misbehaving")))) as server:
            connection = self.begin(server, 3000)
            server.signal()
            server.wait_for_line("stopping")

            def is_shut():
                try:
                    Connection(server.addresses[0]).close()
                except OSError:
                    return True
                return False

            self.assertTrue(wait_until(is_shut), "it still accepts")
            self.assertEqual("slept", connection.read_response().text)

    def test_a_second_signal_stops_the_server_at_once(self):
        with Server(settings(plugin(hostile("misbehaving")))) as server:
            connection = self.begin(server, 25_000)
            begun = time.monotonic()
            server.signal()
            server.wait_for_line("stopping")
            server.signal()
            server.stop()
            self.assertLess(time.monotonic() - begun, 20)
            connection.close()

    def test_a_call_that_exceeds_the_drain_time_is_aborted(self):
        with Server(settings(plugin(hostile("misbehaving")), server={"drain": "500ms"})) as server:
            connection = self.begin(server, 25_000)
            begun = time.monotonic()
            server.signal()
            response = connection.read_response()
            self.assertEqual((200, -32603), (response.status, response.code), response)
            self.assertEqual({"plugin": "misbehaving", "reason": "stopping", "retriable": True}, response.error["data"])
            self.assertIn("was aborted because the server is shutting down", response.sentence)
            server.wait_for_line("aborted because they did not end within server.drain: 1$")
            server.stop()
            self.assertLess(time.monotonic() - begun, 20)
