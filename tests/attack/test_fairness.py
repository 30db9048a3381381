"""One caller uses all that it may have. Another one keeps its sessions, streams, calls and results."""

import contextlib
import unittest

from harness import CONFORMANCE_PLUGIN, Server, Session, hostile, in_parallel, plugin, rpc, settings, table, wait_until

INITIALIZE = rpc("initialize", {"protocolVersion": "2025-11-25", "capabilities": {},
                                "clientInfo": {"name": "attacker", "version": "1"}})
MIB = 2**20


class Fairness(unittest.TestCase):
    def serve(self, sessions=10_000, **limits):
        server = Server(settings(plugin(CONFORMANCE_PLUGIN), plugin(hostile("misbehaving")),
                                 backend=hostile("subject-from-token"), limits=limits, server={"sessions": sessions},
                                 extra=table("[metrics]", {"scopes": []})))
        self.addCleanup(server.stop)
        return server

    def gauge(self, server, name):
        page = server.send("GET", "/metrics", token="operator.1").body.decode()
        (line,) = [line for line in page.splitlines() if line.startswith(name + " ")]
        return float(line.split()[1])

    def flood(self, server, lines):
        call = rpc("tools/call", {"name": "floods_the_log", "arguments": {"lines": lines}})
        return server.post(call, token="ann.1").text

    def open_sessions(self, server, count):
        """The statuses."""
        data = server.request(body=INITIALIZE, token="mallory.1")
        statuses = set()
        for _ in range(0, count, 1000):
            with server.connect() as connection:
                for _ in range(1000):
                    connection.send(data)
                    statuses.add(connection.read_response().status)
        return statuses

    def test_ten_thousand_sessions_of_one_caller_end_no_session_of_another(self):
        server = self.serve()
        ann = Session(server, token="ann.1")
        call = {"name": "test_sleep", "arguments": {"ms": 60_000, "id": "x"}, "_meta": {"progressToken": "t"}}
        with ann.listen() as stream, ann.stream("tools/call", call, 7) as running:
            self.assertEqual(1, running.next()["params"]["progress"])
            self.assertEqual({200}, self.open_sessions(server, 11_000))
            self.assertEqual({}, ann.request("ping").result)
            self.assertEqual(2, running.next()["params"]["progress"])
            self.assertTrue(stream.connection.is_silent(0))
            self.assertLessEqual(self.gauge(server, "toolrack_sessions"), 1001)
            ann.post(rpc("notifications/cancelled", {"requestId": 7}, id=None))

    def test_sessions_in_use_are_refused_beyond_the_share_of_one_caller(self):
        server = self.serve(sessions=200)
        with contextlib.ExitStack() as streams:
            for _ in range(100):
                streams.enter_context(Session(server, token="mallory.1").listen())
            refused = server.post(INITIALIZE, token="mallory.2")
            self.assertEqual(429, refused.status)
            self.assertIn("Too many sessions", refused.sentence)
            ann = Session(server, token="ann.1")
            self.assertEqual({}, ann.request("ping").result)

    def test_results_that_one_caller_does_not_fetch_cost_no_result_of_another(self):
        server = self.serve(memory="64MiB")
        ann = Session(server, token="ann.1")
        with ann.stream("tools/call", {"name": "test_tool_with_progress", "_meta": {"progressToken": "t"}}, 7) as call:
            call.next()

        def leave_a_result(_):
            mallory = Session(server, token="mallory.1")
            large = {"name": "answers_huge", "arguments": {"bytes": 4 * MIB}, "_meta": {"progressToken": "t"}}
            with mallory.stream("tools/call", large, 1) as stream:
                stream.next()

        before = self.gauge(server, "toolrack_held_bytes")
        in_parallel(24, leave_a_result)
        self.assertTrue(wait_until(lambda: self.gauge(server, "toolrack_held_bytes") > before + 8 * MIB))
        # A quarter of the limit, and the last result whatever its size.
        self.assertLessEqual(self.gauge(server, "toolrack_held_bytes"), 20 * MIB)
        with ann.listen(call.last_id) as rest:
            self.assertEqual([50, 100, None], [one.get("params", {}).get("progress") for one in rest])

    def test_a_result_that_was_delivered_is_no_longer_held(self):
        server = self.serve()
        ann = Session(server, token="ann.1")
        before = self.gauge(server, "toolrack_held_bytes")
        with ann.stream("tools/call", {"name": "answers_huge", "arguments": {"bytes": 4 * MIB},
                                       "_meta": {"progressToken": "t"}}, 1) as stream:
            self.assertEqual(1, stream.next()["params"]["progress"])
            self.assertEqual(4 * MIB, len(stream.next()["result"]["content"][0]["text"]))
            self.assertIsNone(stream.next())
        self.assertTrue(wait_until(lambda: self.gauge(server, "toolrack_held_bytes") <= before))

    def test_a_plugin_that_floods_the_log_is_limited_and_what_is_left_out_is_counted(self):
        server = self.serve()
        for _ in range(3):
            self.assertEqual("done", self.flood(server, 3000))
        self.assertLess(len([line for line in server.log.splitlines() if "yyy" in line]), 200)
        self.assertTrue(wait_until(lambda: self.flood(server, 1) and
                                   "misbehaving: " in server.log and "log lines left out" in server.log))

    def test_connections_that_are_refused_do_not_hold_the_accepting_thread(self):
        server = self.serve(connections=2)
        with server.connect() as ann, server.connect() as other:
            request = server.request(body=rpc("ping"), token="ann.1")
            ann.send(request)
            self.assertEqual(200, ann.read_response().status)
            other.send(request)
            self.assertEqual(200, other.read_response().status)

            def refused(_):
                with server.connect() as connection:
                    connection.socket.setblocking(False)
                    sent = 0
                    for _ in range(200):
                        try:
                            sent += connection.socket.send(b"x" * 65536)
                        except BlockingIOError:
                            continue
                        except OSError:
                            break
                    return sent

            self.assertGreater(sum(in_parallel(32, refused)), 0)
            ann.send(request)
            self.assertEqual(200, ann.read_response().status)


if __name__ == "__main__":
    unittest.main()
