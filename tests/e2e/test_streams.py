"""Streams of a session in the protocols of 2025: the session stream, and resumed streams of calls."""

from harness import Closed, Server, Session, hostile, in_parallel, rpc, settings, wait_until

from test_subscriptions import LISTS, PLUGINS, UPDATED, ChangeTests


class SessionStream(ChangeTests):
    def setUp(self):
        self.session = Session(self.server)

    def test_gets_every_list_change(self):
        with self.session.listen() as stream:
            for kind, method in LISTS.values():
                self.change(kind)
                self.assertEqual({"jsonrpc": "2.0", "method": method, "params": {}},
                                 self.assert_receives(stream, method))

    def test_gets_updates_of_a_resource_while_it_is_subscribed(self):
        with self.session.listen() as stream:
            self.update("talk://a")
            for _ in range(2):
                self.assertEqual({}, self.session.request("resources/subscribe", {"uri": "talk://a"}).result)
            self.assertEqual({}, self.session.request("resources/subscribe", {"uri": "talk://b"}).result)
            self.update("talk://a")
            self.assertEqual({"uri": "talk://a"}, self.assert_receives(stream, UPDATED, "talk://a")["params"])
            for _ in range(2):
                self.assertEqual({}, self.session.request("resources/unsubscribe", {"uri": "talk://a"}).result)
            self.update("talk://a")
            self.update("talk://b")
            self.assert_receives(stream, UPDATED, "talk://b")
            self.assertTrue(stream.connection.is_silent(0))

    def test_gets_no_updates_for_another_session(self):
        other = Session(self.server)
        other.request("resources/subscribe", {"uri": "talk://a"})
        with self.session.listen() as stream, other.listen() as theirs:
            self.update("talk://a")
            self.change("tool")
            self.assert_receives(theirs, UPDATED, "talk://a")
            self.assert_receives(stream, "notifications/tools/list_changed")

    def test_can_subscribe_to_existing_resources_only(self):
        for uri in ("talk://nobody", "", "test://template/data"):
            response = self.session.request("resources/subscribe", {"uri": uri})
            self.assertEqual(-32002, response.code)
            self.assertIn("not found", response.sentence)
        for params in ({}, {"uri": 5}, {"uri": None}, {"uri": ["talk://a"]}):
            for method in ("resources/subscribe", "resources/unsubscribe"):
                self.assertEqual(-32602, self.session.request(method, params).code)
        self.assertIn("initialize", self.server.plain("resources/subscribe", {"uri": "talk://a"}).sentence)

    def test_can_subscribe_to_a_thousand_resources(self):
        for n in range(1000):
            self.assertEqual({}, self.session.request("resources/subscribe", {"uri": f"talk://tree/{n}"}).result)
        self.assertIn("Too many subscriptions in this session (the limit is 1000)",
                      self.session.request("resources/subscribe", {"uri": "talk://a"}).sentence)
        self.assertEqual({}, self.session.request("resources/unsubscribe", {"uri": "talk://tree/0"}).result)
        self.assertEqual({}, self.session.request("resources/subscribe", {"uri": "talk://a"}).result)
        self.assertEqual(204, self.session.send("DELETE").status)


class EvictedSessions(ChangeTests):
    """Sessions that were idle, or made room for others, end as those do that were deleted."""

    def test_with_a_stream_stay_and_unused_ones_make_room(self):
        with Server(settings(*PLUGINS, server={"sessions": 2})) as server:
            session = Session(server)
            with session.listen() as stream:
                others = [Session(server) for _ in range(3)]
                self.assertEqual([404, 404, 200], [one.request("ping").status for one in others])
                self.change("tool", server)
                self.assert_receives(stream, "notifications/tools/list_changed")
                with others[-1].listen():
                    refused = server.post(rpc("initialize", {"protocolVersion": "2025-11-25", "capabilities": {},
                                                             "clientInfo": {"name": "e2e", "version": "1"}}))
                    self.assertEqual(429, refused.status)
                    self.assertIn("Too many sessions", refused.sentence)
                    self.assertIn("retryAfterMs", refused.error["data"])

    def test_have_no_subscriptions(self):
        with Server(settings(*PLUGINS, server={"sessions": 2})) as server:
            session = Session(server)
            session.request("resources/subscribe", {"uri": "talk://a"})
            self.assertEqual('["+ talk://a"]', server.call_tool("watched", {}).text)
            for _ in range(3):
                Session(server)
            self.assertEqual(404, session.request("ping").status)
            self.assertTrue(wait_until(lambda: server.call_tool("watched", {}).text == '["- talk://a"]'))

    def test_with_a_stream_are_kept_or_their_stream_is_closed(self):
        with Server(settings(*PLUGINS, server={"session_idle": "300ms"})) as server:
            session = Session(server)
            with session.listen() as stream:
                self.assertTrue(stream.connection.is_silent(0.8) or stream.next() is None)
                Session(server)
                self.change("tool", server)
                message = stream.next()
                self.assertTrue(message is None or message["method"] == "notifications/tools/list_changed")


class ResumedStream(ChangeTests):
    """Last-Event-ID: what came after that event, of the stream that it belongs to, and nothing else."""

    CALL = {"name": "test_tool_with_progress", "_meta": {"progressToken": "t"}}
    LONG_CALL = {"name": "test_sleep", "arguments": {"ms": 60_000, "id": "x"}, "_meta": {"progressToken": "t"}}
    STEPS = [0, 50, 100]

    def setUp(self):
        self.session = Session(self.server)

    def call(self, session=None):
        return (session or self.session).stream("tools/call", self.CALL, 7)

    def cancel_call(self):
        self.assertEqual(202, self.session.post(rpc("notifications/cancelled", {"requestId": 7}, id=None)).status)

    def interrupted_stream(self, after=1, **more):
        """The id of the last event that was heard of a call whose connection broke."""
        with self.call(**more) as stream:
            for _ in range(after):
                stream.next()
            return stream.last_id

    def resumed_messages(self, last_event, session=None):
        """The steps, and the answer, that a stream has from there on; it must end."""
        with (session or self.session).listen(last_event) as stream:
            messages = list(stream)
        for message in messages[:-1]:
            self.assertEqual("t", message["params"]["progressToken"])
        steps = [message["params"]["progress"] for message in messages if "method" in message]
        return steps, [message["result"]["content"][0]["text"] for message in messages if message.get("id") == 7]

    def assert_is_session_stream(self, stream):
        """Checks that the stream stays open and gets changes."""
        self.change("tool")
        self.assert_receives(stream, "notifications/tools/list_changed")
        stream.close()

    def test_continues_after_any_event(self):
        for count in (1, 2, 3):
            last_event = self.interrupted_stream(count)
            for _ in range(2):
                self.assertEqual((self.STEPS[count:], ["t"]), self.resumed_messages(last_event))

    def test_ends_after_the_last_event(self):
        with self.call() as stream:
            self.assertEqual(4, len(list(stream)))
        self.assertEqual(([], []), self.resumed_messages(stream.last_id))

    def test_has_event_ids_that_are_unique_in_the_session(self):
        ids = set()
        for _ in range(3):
            with self.call() as stream:
                while stream.next():
                    ids.add(stream.last_id)
        self.assertEqual(12, len(ids))

    def test_has_no_events_of_other_calls(self):
        first, second = self.interrupted_stream(), self.interrupted_stream()
        with self.session.listen() as own:
            self.change("tool")
            self.assert_receives(own, "notifications/tools/list_changed")
        self.assertEqual((self.STEPS[1:], ["t"]), self.resumed_messages(first))
        self.assertEqual((self.STEPS[1:], ["t"]), self.resumed_messages(second))

    def assert_ended(self, last_event, session=None):
        """Not 404: of that a client would begin a new session."""
        session = session or self.session
        response = self.server.send("GET", fields=session.fields({"Accept": "text/event-stream",
                                                                  "Last-Event-ID": last_event}))
        self.assertEqual(405, response.status, response)
        self.assertIn("The stream has ended", response.sentence)
        self.assertEqual({}, session.request("ping").result)

    def test_is_not_available_to_another_session(self):
        last_event = self.interrupted_stream()
        for other in (Session(self.server), Session(self.server, "2025-03-26")):
            self.assert_ended(last_event, other)
        other = Session(self.server)
        other.stream("tools/call", self.CALL | {"_meta": {"progressToken": "theirs"}}, 8).close()
        with other.listen(last_event.split("-")[0] + "-0") as stream:
            self.assertEqual(["theirs"] * 3 + [None], [one.get("params", {}).get("progressToken") for one in stream])

    def test_with_an_invalid_event_id_is_the_session_stream(self):
        for id in ("", "x", "1", "1-", "-1", "1-x", "-", "--", "1-1-1", "+1-1", "0x1-1", f"{2**64}-1", f"1-{2**64}",
                   "1" * 2000, "ü", "%00", "1-1,1-2"):
            with self.subTest(id[:30]), self.session.listen(id) as stream:
                self.assert_is_session_stream(stream)

    def test_of_an_unknown_stream_ends_at_once(self):
        for id in ("1-0", "9999-1", f"{2**64 - 1}-{2**64 - 1}", "1-1"):
            self.assert_ended(id)

    def test_after_its_time_limit_ends_at_once(self):
        last_event = self.interrupted_stream()
        for _ in range(20):
            self.assertIsNotNone(self.interrupted_stream(4))
        self.assert_ended(last_event)

    def test_of_a_running_call_has_no_time_limit(self):
        with self.session.stream("tools/call", self.LONG_CALL, 7) as stream:
            stream.next()
        for _ in range(20):
            self.session.request("tools/call", {"name": "test_tool_with_logging"})
        with self.session.listen(stream.last_id) as rest:
            self.assertEqual(2, rest.next()["params"]["progress"])
        self.cancel_call()

    def test_of_the_session_gets_missed_events(self):
        with self.session.listen() as stream:
            self.change("tool")
            self.assert_receives(stream, "notifications/tools/list_changed")
        with Session(self.server).listen() as witness:
            for kind, method in list(LISTS.values())[1:]:
                self.change(kind)
                self.assert_receives(witness, method)
        with self.session.listen(stream.last_id) as again:
            self.assert_receives(again, "notifications/prompts/list_changed")
            self.assert_receives(again, "notifications/resources/list_changed")
        with self.session.listen() as fresh:
            self.assertTrue(fresh.connection.is_silent(0.2), "without Last-Event-ID nothing is sent again")

    def test_by_two_clients_goes_to_the_second(self):
        with self.session.listen() as first:
            with self.session.listen() as second:
                self.assertIsNone(first.next())
                self.change("tool")
                self.assert_receives(second, "notifications/tools/list_changed")
        self.assertEqual({}, self.session.request("ping").result)

    def test_during_the_call_replaces_the_first_connection(self):
        with self.session.stream("tools/call", self.LONG_CALL, 7) as first:
            self.assertEqual(1, first.next()["params"]["progress"])
            with self.session.listen(first.last_id) as second:
                self.assertNotIn(7, [message.get("id") for message in first])
                self.assertEqual(2, second.next()["params"]["progress"])
        self.cancel_call()

    def test_ends_when_the_call_is_cancelled(self):
        with self.session.stream("tools/call", self.LONG_CALL, 7) as stream:
            stream.next()
        with self.session.listen(stream.last_id) as rest:
            rest.next()
            self.cancel_call()
            self.assertNotIn(7, [message.get("id") for message in rest])
        self.assert_ended(stream.last_id)

    def test_by_many_clients_at_once_affects_no_other(self):
        last_event = self.interrupted_stream()

        def client(_):
            try:
                with self.session.listen(last_event) as stream:
                    return [message for message in stream if message.get("id") == 7]
            except Closed:
                return []

        answers = in_parallel(20, client)
        self.assertIn("t", str(answers))
        self.assertEqual({}, self.session.request("ping").result)

    def test_of_another_principals_session_is_not_found(self):
        with Server(settings(*PLUGINS, backend=hostile("subject-from-token"))) as server:
            session = Session(server, token="ann.1")
            with self.call(session) as stream:
                stream.next()
            fields = session.fields({"Accept": "text/event-stream", "Last-Event-ID": stream.last_id})
            self.assertEqual(404, server.send("GET", fields=fields, token="bob.1").status)
            for message in (rpc("ping"), rpc("notifications/cancelled", {"requestId": 7}, id=None),
                            {"jsonrpc": "2.0", "id": 1, "result": {}}):
                self.assertEqual(404, server.post(message, session.fields(), token="bob.1").status)
            self.assertEqual(404, server.send("DELETE", fields=session.fields(), token="bob.1").status)
            self.assertEqual({}, session.request("ping").result)


class StreamClosedByTheServer(ChangeTests):
    """A call whose stream the server ends before the answer, and which the client comes back for."""

    def test_starts_with_an_event_id_and_a_retry_time(self):
        session = Session(self.server)
        with session.stream("tools/call", {"name": "test_reconnection"}, 7) as stream:
            self.assertEqual([], list(stream))
            self.assertTrue(stream.last_id)
            self.assertGreater(int(stream.retry), 0)
        for _ in range(2):
            with session.listen(stream.last_id) as rest:
                (answer,) = list(rest)
            self.assertEqual(7, answer["id"])
            self.assertIn("Reconnection test completed", answer["result"]["content"][0]["text"])

    def test_is_answered_at_once_for_a_client_that_cannot_resume(self):
        older = (Session(self.server, version).request for version in ("2025-06-18", "2025-03-26"))
        for ask in (*older, self.server.plain, self.server.modern):
            self.assertIn("test completed", ask("tools/call", {"name": "test_reconnection", "arguments": {}}).text)


class GetRequest(ChangeTests):
    def test_requires_an_accept_field_with_event_stream(self):
        session = Session(self.server)
        for accept in ("application/json", "text/html", "text/event-stream;q=0", "event-stream", ""):
            with self.subTest(accept):
                response = self.server.send("GET", fields=session.fields({"Accept": accept}))
                self.assertEqual(405, response.status)
                self.assertIn("text/event-stream", response.sentence)
                self.assertIn("POST", response.field("Allow"))
        for accept in ("text/event-stream", "text/*", "*/*", "application/json, TEXT/Event-Stream;q=0.1"):
            with self.subTest(accept), self.server.connect() as connection:
                connection.send(self.server.request("GET", fields=session.fields({"Accept": accept})))
                self.assertEqual(200, connection.read_head()[0])
