"""SIGHUP, toolrack reload and watched plugin directories: changes take effect without a disturbance of clients."""

import os
import pathlib
import shutil
import signal
import socket
import stat
import tempfile
import threading
import unittest

from harness import BUILD, Server, example, hostile, modern, new_token, plugin, rpc, settings, toolrack

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
        self.server.wait_for_line("configuration reloaded", self.reloads)

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

    def test_recreates_a_plugin_only_when_its_settings_changed(self):
        self.reload(settings(plugin("echo", prefix="a_")))
        self.assertEqual(["a_echo"], self.tools())
        self.reload()
        self.assertEqual(["a_echo"], self.tools())

    def test_notifies_clients(self):
        body, headers = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
        with self.server.stream(body, headers | {"Accept": "text/event-stream"}) as stream:
            self.assertIn("acknowledged", stream.next()["method"])
            self.reload(settings("echo", "time"))
            self.assertEqual("notifications/tools/list_changed", stream.next()["method"])

    def test_a_cursor_stays_valid_exactly_while_its_list_is_unchanged(self):
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
            self.assertIn("Repeat the request without a cursor", response.sentence)
            self.reload(before)
            self.assertEqual(second, page(cursor).result["tools"])

    def test_lets_a_call_in_flight_finish_in_its_generation(self):
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

    def test_replaces_the_auth_backend_and_keeps_sessions_of_shared_subjects(self):
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

    def test_closes_the_streams_of_a_removed_auth_backend(self):
        body, headers = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
        token = self.server.folder / "token"
        token.write_text(new_token())
        token.chmod(0o600)
        with self.server.stream(body, headers | {"Accept": "text/event-stream"}) as stream:
            self.assertIn("acknowledged", stream.next()["method"])
            self.reload(settings("echo", auth={"options": {"tokens": {"file": str(token)}}}))
            self.assertEqual([], [message for message in stream if "id" in message])

    def test_changes_nothing_when_the_configuration_is_invalid(self):
        self.assertIn("toolrack.toml:", self.refused("nonsense"))
        self.assertIn("no auth backend", self.refused("[server]\n"))
        self.assertIn("changeme", self.refused(settings("echo", auth={"options": {"tokens": "changeme"}}))
                      .replace("placeholder", "changeme"))
        self.assertIn("open-access", self.refused(settings("echo", backend="open-access")))
        self.assertEqual(["echo"], self.tools())

    def test_keeps_the_previous_version_of_a_plugin_that_fails_to_load(self):
        library = self.server.folder / "tool.so"
        library.write_bytes(example("minimal").read_bytes())
        mounted = settings(plugin(library, name="mine"))
        self.reload(mounted)
        before = self.tools()
        library.unlink()
        self.reload()
        self.server.wait_for_line("plugin mine: keeping the previous version")
        self.assertEqual(before, self.tools())

    def test_logs_which_keys_require_a_restart(self):
        self.reload(settings("echo", server={"path": "/elsewhere"}))
        self.server.wait_for_line("only takes effect after a restart")
        self.assertEqual(["echo"], self.tools())

    def test_many_times_leaks_nothing_and_loses_no_request(self):
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


class ReloadCommand(unittest.TestCase):
    def setUp(self):
        self.server = Server(settings("echo"))
        self.addCleanup(self.server.stop)
        self.config = self.server.folder / "toolrack.toml"

    def reload(self, config=None):
        return toolrack("reload", "--config", config or self.config)

    def test_returns_when_the_new_configuration_is_active(self):
        self.config.write_text(settings("echo", "time"))
        done = self.reload()
        self.assertEqual((0, "Configuration reloaded.\n", ""), (done.returncode, done.stdout, done.stderr))
        self.assertIn("current_time", self.server.tool_names())

    def test_finds_the_server_by_another_path_of_the_same_file(self):
        self.assertEqual(0, toolrack("reload", "--config", "toolrack.toml", cwd=self.server.folder).returncode)

    def test_reports_why_nothing_changed(self):
        self.config.write_text(settings("echo") + "nonsense = 1\n")
        done = self.reload()
        self.assertEqual(78, done.returncode)
        self.assertRegex(done.stderr, r"Nothing changed: .*toolrack\.toml:\d+:\d+: .*nonsense")
        self.assertEqual(["echo"], self.server.tool_names())

    def test_reports_what_is_not_served_like_the_log(self):
        self.config.write_text(settings("echo", plugin("/nowhere/gone.so", name="gone")))
        done = self.reload()
        self.assertEqual(78, done.returncode)
        self.assertRegex(done.stderr, r"plugin gone is not served: .*there is no such file")
        self.assertEqual(["echo"], self.server.tool_names())

    def test_reports_that_no_server_runs_with_the_file(self):
        with tempfile.TemporaryDirectory() as folder:
            other = pathlib.Path(folder) / "other.toml"
            other.write_text(settings("echo"))
            done = self.reload(other)
        self.assertEqual(69, done.returncode)
        self.assertIn(f"No server of this user runs with the configuration {other}", done.stderr)

    def test_concurrent_commands_are_all_answered(self):
        results = []
        asking = [threading.Thread(target=lambda: results.append(self.reload().returncode)) for _ in range(8)]
        for one in asking:
            one.start()
        for one in asking:
            one.join()
        self.assertEqual([0] * 8, results)

    def socket(self):
        for line in pathlib.Path("/proc/net/unix").read_text().splitlines():
            inode, path = (line.split() + [""])[6:8]
            if path.endswith(".sock") and any(self.holds(inode, entry)
                                              for entry in os.scandir(f"/proc/{self.server.pid}/fd")):
                return pathlib.Path(path)
        self.fail("it has no control socket")

    def holds(self, inode, entry):
        try:
            return os.readlink(entry.path) == f"socket:[{inode}]"
        except FileNotFoundError:
            return False

    @unittest.skipIf(os.geteuid() != 0, "only root may look into the server's descriptors")
    def test_the_socket_is_private_and_removed_at_the_end(self):
        place = self.socket()
        self.assertEqual(0o600, stat.S_IMODE(place.stat().st_mode))
        self.assertEqual(0, place.parent.stat().st_mode & 0o022)
        self.server.stop()
        self.assertFalse(place.exists())

    @unittest.skipIf(os.geteuid() != 0, "only root may look into the server's descriptors")
    def test_invalid_requests_do_not_break_the_socket(self):
        place = str(self.socket())
        for said in (b"", b"\n", b"reload\n", b'{"command":1}\n', b'{"command":"stop"}\n', b"{" * 100000,
                     b"x" * 3_000_000, b'{"command":"reload"'):
            with socket.socket(socket.AF_UNIX) as caller:
                caller.connect(place)
                caller.settimeout(10)
                try:
                    caller.sendall(said)
                    caller.shutdown(socket.SHUT_WR)
                    answer = caller.recv(4096)
                except (BrokenPipeError, ConnectionResetError):
                    answer = b""
                self.assertTrue(answer == b"" or b'"error"' in answer, answer)
        self.assertEqual(0, self.reload().returncode)


class WatchedDirectories(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="toolrack-drop-")
        self.addCleanup(folder.cleanup)
        self.drop = pathlib.Path(folder.name)
        self.server = Server(settings("echo", directories=[str(self.drop)]))
        self.addCleanup(self.server.stop)
        self.reloads = 0

    def put(self, library, name):
        """As it should be done: whole, by renaming."""
        beside = self.drop / "incoming"
        shutil.copy(library, beside)
        beside.rename(self.drop / name)

    def wait_for_reload(self):
        self.reloads += 1
        self.server.wait_for_line("plugin directories reloaded", self.reloads)
        return set(self.server.tool_names())

    def test_a_new_library_is_served_and_a_removed_one_is_not(self):
        self.put(example("minimal"), "greet.so")
        self.assertEqual({"echo", "greet"}, self.wait_for_reload())
        (self.drop / "greet.so").unlink()
        self.assertEqual({"echo"}, self.wait_for_reload())

    def test_subscribers_are_notified(self):
        body, headers = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
        with self.server.stream(body, headers | {"Accept": "text/event-stream"}) as stream:
            self.assertIn("acknowledged", stream.next()["method"])
            self.put(example("minimal"), "greet.so")
            self.assertEqual("notifications/tools/list_changed", stream.next()["method"])
            self.assertIn("greet", self.server.tool_names())

    def test_a_new_toml_file_takes_effect(self):
        self.put(example("minimal"), "greet.so")
        self.wait_for_reload()
        (self.drop / "greet.toml").write_text('prefix = "my_"\n')
        self.assertEqual({"echo", "my_greet"}, self.wait_for_reload())

    def test_a_library_that_does_not_load_is_logged_and_the_previous_version_stays(self):
        self.put(example("minimal"), "greet.so")
        self.wait_for_reload()
        (self.drop / "text").write_text("not a library")
        (self.drop / "text").rename(self.drop / "greet.so")
        self.server.wait_for_line("plugin greet: keeping the previous version; the new one failed: "
                                  ".*not a shared library")
        self.assertEqual({"echo", "greet"}, set(self.server.tool_names()))

    def test_irrelevant_changes_cause_no_reload(self):
        self.put(example("minimal"), "greet.so")
        self.wait_for_reload()
        os.utime(self.drop / "greet.so")
        (self.drop / "notes.txt").write_text("nothing")
        self.put(example("plain-c"), "plain.so")
        self.wait_for_reload()
        self.assertEqual(self.reloads, self.server.log.count(" reloaded"))

    def test_a_library_that_is_replaced_under_load_loses_no_call(self):
        """Two libraries that offer the same tool; each call is answered by one or the other."""
        stop, wrong, answered = threading.Event(), [], []
        self.put(BUILD / "lib" / "toolrack" / "plugins" / "time.so", "swapped.so")
        self.wait_for_reload()

        def ask():
            with self.server.connect() as connection:
                while not stop.is_set():
                    connection.send(self.server.request(
                        body=rpc("tools/call", {"name": "echo", "arguments": {"text": "x"}})))
                    response = connection.read_response()
                    (answered if response.status == 200 and "result" in response.json else wrong).append(response)

        asking = [threading.Thread(target=ask) for _ in range(4)]
        for one in asking:
            one.start()
        for round in range(6):
            self.put(example("minimal") if round % 2 == 0 else BUILD / "lib" / "toolrack" / "plugins" / "time.so",
                     "swapped.so")
            tools = self.wait_for_reload()
            self.assertEqual(round % 2 == 0, "greet" in tools)
            self.assertEqual(round % 2 == 1, "current_time" in tools)
        stop.set()
        for one in asking:
            one.join()
        self.assertEqual([], wrong)
        self.assertTrue(answered)


if __name__ == "__main__":
    unittest.main()
