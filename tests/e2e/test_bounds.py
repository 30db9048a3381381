"""What must stay bounded: the memory that sessions take, and the time that a schema costs."""

import time
import unittest

from harness import LEGACY, Server, SharedServerTest, hostile, modern, plugin, rpc, settings


# A sanitizer keeps hundreds of MiB of freed memory by default.
HONEST = {"ASAN_OPTIONS": "exitcode=99:quarantine_size_mb=1"}


def open_sessions(server, count):
    """The ids of so many sessions, opened one after the other."""
    params = {"protocolVersion": LEGACY[0], "capabilities": {"roots": {}},
              "clientInfo": {"name": "e2e", "version": "1"}}
    data = server.request(body=rpc("initialize", params))
    for _ in range(0, count, 1000):
        with server.connect() as connection:
            for _ in range(1000):
                connection.send(data)
                yield connection.read_response().field("Mcp-Session-Id")


class ManySessions(unittest.TestCase):
    def test_twenty_thousand_take_no_more_memory_than_the_permitted_number(self):
        with Server(settings("echo", server={"sessions": 5000}), **HONEST) as server:
            opened = list(open_sessions(server, 2000))
            before = server.memory()
            opened += open_sessions(server, 20_000)
            self.assertEqual(22_000, len(set(opened)))
            self.assertLess(server.memory() - before, 16)

            def statuses(ids):
                return {server.plain("ping", fields={"Mcp-Session-Id": id}).status for id in ids}

            self.assertEqual({404}, statuses(opened[:10] + opened[-510:-500]))
            self.assertEqual({200}, statuses(opened[-500:-490] + opened[-10:]))

    def test_without_a_stream_buffer_a_bounded_number_of_notifications(self):
        with Server(settings(plugin(hostile("notifying")), server={"sessions": 30_000}), **HONEST) as server:
            for _ in open_sessions(server, 3000):
                pass
            with server.stream(*modern("subscriptions/listen",
                                       {"notifications": {"toolsListChanged": True}})) as listener:
                listener.next()
                before = server.memory()
                for _ in range(300):
                    server.call_tool("change", {"kind": "tool"})
                    listener.next()
                self.assertLess(server.memory() - before, 32)


class HeavySchemas(SharedServerTest):
    """Tools whose schemas go in circles, are huge, or explode: served with a bound, or left out by name."""

    config = settings("echo", plugin(hostile("heavy-schemas")))
    QUICKLY = 10.0  # a check may cost about a tenth of a second, and sanitizers make that more

    def call(self, name, arguments):
        begun = time.monotonic()
        response = self.server.call_tool(name, arguments)
        self.assertLess(time.monotonic() - begun, self.QUICKLY)
        self.assertEqual(200, response.status)
        self.assertEqual("hi", self.server.call_tool("echo", {"text": "hi"}).text)
        return response

    def assert_fits(self, name, arguments):
        response = self.call(name, arguments)
        self.assertEqual((False, name), (response.result.get("isError", False), response.text[:100]))

    def assert_is_refused(self, name, arguments, words):
        response = self.call(name, arguments)
        self.assertTrue(response.result["isError"], response)
        self.assertRegex(response.text, words)
        self.assertLess(len(response.text), 5000)

    def test_that_are_circular_or_too_large_are_rejected_at_load(self):
        served = self.server.tool_names()
        for name, why in (("circle", "leads back to itself"), ("long_circle", "/$defs/a: leads back"),
                          ("one_too_many", "10000")):
            with self.subTest(name):
                self.assertNotIn(name, served)
                (line,) = self.server.wait_for_line(f'tool "{name}" is not served')
                self.assertIn(why, line)
        self.assertLess({"plain", "tree", "ten_thousand", "explosive"}, set(served))

    def test_that_recurse_into_the_value_are_served(self):
        self.assert_fits("tree", {"left": {"right": {}}, "right": {}})
        self.assert_is_refused("tree", {"left": {"right": {"middle": {}}}}, "left/right.*middle")
        deep = {}
        for _ in range(50):
            deep = {"left": deep}
        self.assert_fits("tree", deep)

    def test_that_recurse_in_place_are_refused_at_the_latest_in_the_call(self):
        if "dynamic_circle" in self.server.tool_names():
            self.assert_is_refused("dynamic_circle", {}, "deep|nest|expensive")

    def test_with_ten_thousand_subschemas_are_served(self):
        self.assert_fits("ten_thousand", {})
        everything = {f"p{n}": n for n in range(9999)}
        self.assert_fits("ten_thousand", everything)
        self.assert_is_refused("ten_thousand", everything | {"p9998": "x"}, "p9998")
        self.assert_is_refused("ten_thousand", {name: "x" for name in everything}, "p0")

    def test_with_exponential_patterns_are_refused_quickly(self):
        self.assert_fits("explosive", {"word": "abc.Xyz"})
        for word in ("a" * 40, "a" * 1000 + "!", "ab." * 10_000, "a" * 100_000):
            with self.subTest(word[:10], size=len(word)):
                self.assert_is_refused("explosive", {"word": word}, "^arguments.*(pattern|matching)")
        for name in ("a" * 40 + "!", "a" * 500 + "!"):
            self.assert_is_refused("explosive_names", {name: 1}, ".")

    def test_with_nested_alternatives_are_refused_quickly(self):
        value = 5
        for _ in range(40):
            value = [value]
        self.assert_is_refused("explosive_choice", {"v": value}, ".")

    def test_with_unique_items_of_long_lists_are_answered_quickly(self):
        items = [{"n": n, "x": [n] * 5} for n in range(20_000)]
        self.call("different", {"items": items})
        self.assert_is_refused("different", {"items": items[:1000] + [items[0]]}, "arguments/items")
