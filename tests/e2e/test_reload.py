"""SIGHUP: the configuration is read again, and nobody notices but those whom it concerns."""

import os
import signal
import threading
import unittest

from harness import Server, example, hostile, modern, new_token, plugin, rpc, settings

LIST = rpc("tools/list")


class Reload(unittest.TestCase):
    def setUp(self):
        self.server = Server(settings("echo"))
        self.addCleanup(self.server.stop)
        self.config = self.server.folder / "toolrack.toml"
        self.reloads = self.failures = 0

    def reload(self, text=None):
        if text is not None:
            self.config.write_text(text)
        os.kill(self.server.pid, signal.SIGHUP)
        self.reloads += 1
        self.server.wait_for_line("the configuration was read again", self.reloads)

    def refused(self, text):
        self.config.write_text(text)
        os.kill(self.server.pid, signal.SIGHUP)
        self.failures += 1
        return self.server.wait_for_line("nothing changed", self.failures)[-1]

    def tools(self):
        return [tool["name"] for tool in self.server.post(LIST).result["tools"]]

    def test_adds_and_removes_plugins(self):
        self.reload(settings("echo", "time"))
        self.assertIn("current_time", self.tools())
        self.reload(settings("time"))
        self.assertNotIn("echo", self.tools())

    def test_mounts_a_plugin_anew_only_when_its_settings_changed(self):
        self.reload(settings(plugin("echo", prefix="a_")))
        self.assertEqual(["a_echo"], self.tools())
        self.reload()
        self.assertEqual(["a_echo"], self.tools())

    def test_tells_clients_that_listen(self):
        body, headers = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
        with self.server.stream(body, headers | {"Accept": "text/event-stream"}) as stream:
            self.assertIn("acknowledged", stream.next()["method"])
            self.reload(settings("echo", "time"))
            self.assertEqual("notifications/tools/list_changed", stream.next()["method"])

    def test_a_cursor_goes_on_where_its_list_is_the_same_and_is_refused_where_it_is_not(self):
        def page(cursor):
            return self.server.modern("tools/list", {"cursor": cursor})

        before = settings("time", "echo", server={"page_size": 1})
        self.reload(before)
        cursor = self.server.modern("tools/list").result["nextCursor"]
        second = page(cursor).result["tools"]
        for other in (settings("echo", "time", server={"page_size": 1}), settings("time", server={"page_size": 1}),
                      settings("time", "echo", server={"page_size": 2})):
            self.reload(other)
            response = page(cursor)
            self.assertEqual(-32602, response.code)
            self.assertIn("Ask again without a cursor", response.sentence)
            self.reload(before)
            self.assertEqual(second, page(cursor).result["tools"])

    def test_lets_a_call_in_flight_finish_where_it_began(self):
        self.reload(settings(plugin(hostile("misbehaving"))))
        answers = []
        call, headers = modern("tools/call", {"name": "slow", "arguments": {"ms": 1500}})
        calling = threading.Thread(target=lambda: answers.append(self.server.post(call, headers)))
        calling.start()
        self.reload(settings("echo"))
        self.assertEqual(["echo"], self.tools())
        calling.join()
        self.assertEqual(200, answers[0].status, answers[0])
        self.assertIn("result", answers[0].json)

    def test_switches_the_lock_and_keeps_sessions_of_the_same_people(self):
        token = self.server.folder / "token"
        token.write_text(new_token())
        token.chmod(0o600)
        both = settings("echo", auth={"options": {"tokens": {"file": str(token)}}})
        self.assertEqual(200, self.server.post(LIST).status)
        self.reload(both)
        self.assertEqual(401, self.server.post(LIST).status)
        self.assertEqual(200, self.server.post(LIST, token=token.read_text()).status)
        old, fresh = token.read_text(), new_token()
        token.write_text(f"{old} {fresh}")
        self.reload()
        self.assertEqual([200, 200], [self.server.post(LIST, token=one).status for one in (old, fresh)])
        token.write_text(fresh)
        self.reload()
        self.assertEqual([401, 200], [self.server.post(LIST, token=one).status for one in (old, fresh)])

    def test_ends_the_streams_that_a_lock_let_in_which_is_no_more(self):
        body, headers = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
        token = self.server.folder / "token"
        token.write_text(new_token())
        token.chmod(0o600)
        with self.server.stream(body, headers | {"Accept": "text/event-stream"}) as stream:
            self.assertIn("acknowledged", stream.next()["method"])
            self.reload(settings("echo", auth={"options": {"tokens": {"file": str(token)}}}))
            self.assertEqual([], [message for message in stream if "id" in message])

    def test_changes_nothing_when_the_configuration_is_wrong(self):
        self.assertIn("toolrack.toml:", self.refused("nonsense"))
        self.assertIn("no auth backend", self.refused("[server]\n"))
        self.assertIn("changeme", self.refused(settings("echo", auth={"options": {"tokens": "changeme"}}))
                      .replace("placeholder", "changeme"))
        self.assertIn("open-access", self.refused(settings("echo", backend="open-access")))
        self.assertEqual(["echo"], self.tools())

    def test_keeps_a_plugin_that_is_not_usable_any_more(self):
        library = self.server.folder / "tool.so"
        library.write_bytes(example("minimal").read_bytes())
        mounted = settings(plugin(library, name="mine"))
        self.reload(mounted)
        before = self.tools()
        library.unlink()
        self.reload()
        self.server.wait_for_line("plugin mine stays as it was")
        self.assertEqual(before, self.tools())

    def test_says_what_takes_a_restart(self):
        self.reload(settings("echo", server={"path": "/elsewhere"}))
        self.server.wait_for_line("only a restart changes")
        self.assertEqual(["echo"], self.tools())

    def test_again_and_again_costs_nothing_and_loses_no_request(self):
        stop = threading.Event()
        wrong = []

        def ask():
            with self.server.connect() as connection:
                while not stop.is_set():
                    connection.send(self.server.request(body=LIST))
                    response = connection.read_response()
                    if response.status != 200:
                        wrong.append(response)

        asking = [threading.Thread(target=ask) for _ in range(4)]
        for one in asking:
            one.start()
        for round in range(20):
            self.reload(settings("echo", "time") if round % 2 else settings("echo"))
            if round == 4:
                threads = len(os.listdir(f"/proc/{self.server.pid}/task"))
        stop.set()
        for one in asking:
            one.join()
        self.assertEqual([], wrong)
        self.assertLessEqual(len(os.listdir(f"/proc/{self.server.pid}/task")), threads + 8)


if __name__ == "__main__":
    unittest.main()
