"""Change notifications in the protocol of 2026-07-28: subscriptions/listen."""

import socket

from harness import (CONFORMANCE_PLUGIN, META, Closed, Server, Session, SharedServerTest, hostile, modern, plugin, rpc,
                     settings, wait_until)

PLUGINS = plugin(CONFORMANCE_PLUGIN), plugin(hostile("notifying"))
LISTS = {"toolsListChanged": ("tool", "notifications/tools/list_changed"),
         "promptsListChanged": ("prompt", "notifications/prompts/list_changed"),
         "resourcesListChanged": ("resource", "notifications/resources/list_changed")}
UPDATED = "notifications/resources/updated"
LONG = "talk://tree/" + "x" * 5000
EVERYTHING = {name: True for name in LISTS} | {"resourceSubscriptions": ["talk://a"]}


class ChangeTests(SharedServerTest):
    config = settings(*PLUGINS)

    def listen(self, filter, id=1, server=None):
        """A subscription that was acknowledged, and what of it was."""
        server = server or self.server
        stream = server.stream(*modern("subscriptions/listen", {"notifications": filter}, id))
        self.addCleanup(stream.close)
        said = stream.next()
        self.assertEqual("notifications/subscriptions/acknowledged", said["method"])
        self.assert_belongs(said, id)
        return stream, said["params"]["notifications"]

    def assert_belongs(self, message, id):
        self.assertEqual(id, message["params"]["_meta"][META + "subscriptionId"], message)
        self.assertIs(type(id), type(message["params"]["_meta"][META + "subscriptionId"]))

    def assert_receives(self, stream, method, uri=None):
        message = stream.next()
        self.assertIsNotNone(message, "it ended")
        self.assertEqual((method, uri), (message.get("method"), message.get("params", {}).get("uri")), message)
        self.assertNotIn("id", message)
        return message

    def change(self, kind, server=None):
        self.assertEqual("reported", (server or self.server).call_tool("change", {"kind": kind}).text)

    def update(self, uri, times=1, server=None):
        self.assertEqual("reported", (server or self.server).call_tool("update", {"uri": uri, "times": times}).text)

    def watched(self):
        """The watch events of the plugin since the last call."""
        return self.server.call_tool("watched", {}).text


class Subscription(ChangeTests):
    def test_gets_changes_of_the_requested_lists_only(self):
        of_all, acknowledged = self.listen(EVERYTHING, "all")
        self.assertEqual(EVERYTHING, acknowledged)
        for wanted, (kind, method) in LISTS.items():
            stream, acknowledged = self.listen({name: name == wanted for name in LISTS}, wanted)
            self.assertEqual({wanted: True}, acknowledged)
            for other_kind, other in sorted(LISTS.values(), key=lambda one: one[0] == kind):
                self.change(other_kind)
                self.assert_belongs(self.assert_receives(of_all, other), "all")
            self.assert_belongs(self.assert_receives(stream, method), wanted)

    def test_gets_updates_of_the_requested_resources_only(self):
        on_a, acknowledged = self.listen({"resourceSubscriptions": ["talk://a", "talk://tree/x/y"]}, 1)
        self.assertEqual({"resourceSubscriptions": ["talk://a", "talk://tree/x/y"]}, acknowledged)
        on_b, _ = self.listen({"resourceSubscriptions": ["talk://b"], "resourcesListChanged": True}, 2)
        for uri in ("talk://b", "talk://a", "talk://tree/x", "talk://tree/x/y", "talk://A", "talk://b"):
            self.update(uri)
        self.change("resource")
        self.assert_belongs(self.assert_receives(on_a, UPDATED, "talk://a"), 1)
        self.assert_receives(on_a, UPDATED, "talk://tree/x/y")
        self.assert_belongs(self.assert_receives(on_b, UPDATED, "talk://b"), 2)
        self.assert_receives(on_b, UPDATED, "talk://b")
        self.assert_receives(on_b, "notifications/resources/list_changed")
        self.assertTrue(on_a.connection.is_silent(0))

    def test_gets_every_event_after_its_acknowledgement(self):
        data = self.server.request(body=rpc("tools/call", {"name": "update", "arguments": {"uri": "talk://a"}}))
        with self.server.connect() as caller:
            for _ in range(300):
                stream, _ = self.listen({"resourceSubscriptions": ["talk://a"]})
                caller.send(data)
                self.assertEqual("reported", caller.read_response().text)
                self.assert_receives(stream, UPDATED, "talk://a")
                stream.close()

    def test_with_an_empty_filter_gets_nothing(self):
        for filter in ({}, {name: False for name in LISTS}, {"resourceSubscriptions": []}, {"unknown": True}):
            stream, acknowledged = self.listen(filter)
            self.assertEqual({}, acknowledged)
            for kind, _ in LISTS.values():
                self.change(kind)
            self.update("talk://a")
            self.assertTrue(stream.connection.is_silent(0.2))

    def test_carries_the_id_of_its_request(self):
        for id in (1, 0, -5, 1763852467123, 2**53 - 1, "1", "", "ü\n", "x" * 500):
            with self.subTest(id):
                stream, _ = self.listen({"toolsListChanged": True}, id)
                self.change("tool")
                self.assert_belongs(self.assert_receives(stream, "notifications/tools/list_changed"), id)
                stream.close()

    def test_with_the_same_request_id_as_another_is_independent(self):
        streams = [self.listen({"toolsListChanged": True}, 1)[0] for _ in range(3)]
        streams.pop().close()
        self.change("tool")
        for stream in streams:
            self.assert_receives(stream, "notifications/tools/list_changed")

    def test_to_an_unknown_resource_is_not_acknowledged(self):
        uris = ["talk://nobody", "talk://a", "", "nonsense", "talk://tree/%00"]
        _, acknowledged = self.listen({"resourceSubscriptions": uris, "toolsListChanged": True})
        self.assertEqual({"resourceSubscriptions": ["talk://a"], "toolsListChanged": True}, acknowledged)

    def test_to_a_too_long_uri_is_not_acknowledged(self):
        self.assertEqual({}, self.listen({"resourceSubscriptions": [LONG]})[1])

    def test_to_an_absent_feature_kind_is_not_acknowledged(self):
        with Server(settings("echo")) as server:
            stream, acknowledged = self.listen(EVERYTHING, server=server)
            self.assertEqual({"toolsListChanged": True}, acknowledged)
            stream.close()

    def test_requires_a_filter(self):
        for params in ({}, *({"notifications": wrong} for wrong in (None, 5, [], "toolsListChanged"))):
            with self.subTest(params):
                response = self.server.modern("subscriptions/listen", params)
                self.assertEqual((400, -32602), (response.status, response.code))

    def test_with_a_filter_of_another_type_is_refused_or_ignored(self):
        for name in LISTS:
            for wrong in (1, "true", None, [], {}):
                with self.subTest(name, wrong=wrong):
                    self.assertEqual({}, self.listen({name: wrong})[1])
        for wrong in (True, "talk://a", {"talk://a": True}, None, [5], [None], [["talk://a"]], ["talk://a", {}],
                      [f"talk://tree/{n}" for n in range(1001)]):
            with self.subTest(str(wrong)[:50]):
                response = self.server.modern("subscriptions/listen",
                                              {"notifications": {"resourceSubscriptions": wrong}})
                self.assertEqual((400, -32602), (response.status, response.code))
                self.assertIn("resourceSubscriptions", response.sentence)
        uris = [f"talk://tree/{n}" for n in range(1000)]
        self.assertEqual(set(uris), set(self.listen({"resourceSubscriptions": uris})[1]["resourceSubscriptions"]))

    def test_requires_a_stream(self):
        message, fields = modern("subscriptions/listen", {"notifications": {}}, fields={"Accept": "application/json"})
        response = self.server.post(message, fields)
        self.assertEqual(406, response.status)
        self.assertIn("text/event-stream", response.sentence)

    def test_notifies_the_plugin_of_the_first_and_of_the_end_of_the_last(self):
        self.assertTrue(wait_until(lambda: self.watched() == "[]"))
        first, _ = self.listen({"resourceSubscriptions": ["talk://b"]})
        self.assertEqual('["+ talk://b"]', self.watched())
        second, _ = self.listen({"resourceSubscriptions": ["talk://b"]})
        session = Session(self.server)
        session.request("resources/subscribe", {"uri": "talk://b"})
        self.assertEqual("[]", self.watched())
        first.close()
        second.close()
        self.assertEqual("reported", self.server.call_tool("update", {"uri": "talk://b"}).text)
        self.assertEqual(204, session.send("DELETE").status)
        self.assertTrue(wait_until(lambda: self.watched() == '["- talk://b"]'))

    def test_that_is_closed_leaks_nothing(self):
        before = self.server.open_files()
        streams = [self.listen(EVERYTHING)[0] for _ in range(200)]
        self.assertGreater(self.server.open_files(), before + 150)
        self.change("tool")
        for stream in streams:
            self.assert_receives(stream, "notifications/tools/list_changed")
            stream.close()
        self.change("tool")
        self.assertTrue(wait_until(lambda: self.server.open_files() <= before))
        self.assertTrue(wait_until(lambda: self.watched().endswith('"- talk://a"]')))


class KeepAlive(ChangeTests):
    config = settings(*PLUGINS, limits={"idle_timeout": "400ms"})

    def test_sends_comments_in_either_era(self):
        session = Session(self.server)
        for stream in (self.listen({"toolsListChanged": True})[0], session.listen()):
            for _ in range(4):
                self.assertEqual([":"], stream.connection.read_block())
            self.change("tool")
            self.assert_receives(stream, "notifications/tools/list_changed")
            stream.close()


class SubscriptionEnd(ChangeTests):
    def test_is_orderly_when_the_server_stops(self):
        with Server(settings(*PLUGINS)) as server:
            ids = ["x", *range(20)]
            streams = [self.listen(EVERYTHING, id, server)[0] for id in ids]
            sessions = [Session(server) for _ in range(5)]
            own = [session.listen() for session in sessions]
            server.signal()
            for id, stream in zip(ids, streams):
                self.assertEqual({"jsonrpc": "2.0", "id": id, "result": {
                    "resultType": "complete", "_meta": {META + "subscriptionId": id}}}, stream.next())
                self.assertIsNone(stream.next())
                self.assertTrue(stream.connection.is_closed())
            for stream in own:
                self.assertIsNone(stream.next())
            server.stop()

    def test_is_immediate_for_a_request_during_the_shutdown(self):
        with Server(settings(*PLUGINS, server={"drain": "20s"})) as server:
            session = Session(server)
            message, fields = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
            late = [server.request(body=message, fields=fields),
                    server.request("GET", fields=session.fields({"Accept": "text/event-stream"}))]
            late *= 8
            connections = [server.connect() for _ in late]
            for connection, data in zip(connections, late):
                connection.send(data[:20])
            self.assertEqual({}, session.request("ping").result)
            server.signal()
            server.wait_for_line("stopping")
            for connection, data in zip(connections, late):
                connection.send(data[20:])
            for connection in connections:
                try:
                    connection.read_response()
                except Closed:
                    pass
                connection.close()


class SlowSubscriber(ChangeTests):
    BIG = "talk://tree/" + "x" * 1900
    TIMES, TURNS = 500, 60

    def stall(self, server):
        """A subscriber that reads its acknowledgement, and nothing ever again."""
        stream, _ = self.listen({"resourceSubscriptions": [self.BIG]}, server=server)
        stream.connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        return stream

    def flood(self, server):
        for _ in range(self.TURNS):
            self.update(self.BIG, self.TIMES, server)

    def test_takes_little_memory_and_delays_no_other(self):
        with Server(settings(*PLUGINS), ASAN_OPTIONS="exitcode=99:quarantine_size_mb=1") as server:
            session = Session(server)
            session.request("resources/subscribe", {"uri": self.BIG})
            self.update(self.BIG, self.TIMES, server)
            stalled = [self.stall(server) for _ in range(3)]
            stalled.append(session.listen())
            reader, _ = self.listen({"resourceSubscriptions": ["talk://b"]}, server=server)
            before = server.memory()
            self.flood(server)
            self.update("talk://b", server=server)
            self.assert_receives(reader, UPDATED, "talk://b")
            self.assertLess(server.memory() - before, 48)
            self.assertEqual({}, session.request("ping").result)
            for stream in stalled:
                stream.close()
            reader.close()

    def test_is_disconnected(self):
        with Server(settings(*PLUGINS, limits={"write_timeout": "300ms"})) as server:
            before = server.open_files()
            stalled = self.stall(server)
            self.flood(server)
            self.assertTrue(wait_until(lambda: server.open_files() <= before))
            stalled.close()
