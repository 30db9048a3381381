"""Sandboxes: a plugin in a worker has access to its grants only."""

import os
import pathlib
import signal
import socket
import tempfile
import unittest

from harness import BUILD, Server, hostile, plugin, settings, wait_until

IS_SANITIZED = any(name in (BUILD / "bin" / "toolrack-worker").read_bytes()
                   for name in (b"__asan_init", b"__tsan_init"))
DENIED = ("EACCES", "EPERM")


def reaching(**granted):
    keys = {"sandbox": granted} if granted else {}
    return plugin(hostile("sandbox-probe"), name="reaches", prefix="", timeout="20s", **keys)


class Sandbox(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="toolrack-e2e-sandbox-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.secret = self.folder / "secret"
        self.secret.write_text("canary")

    def serve(self, *plugins, **environment):
        self.server = Server(settings(*plugins), **environment)
        self.addCleanup(self.server.stop)
        return self.server

    def ask(self, tool, **arguments):
        return self.server.call_tool(tool, arguments).text

    def test_denies_files_that_are_not_granted(self):
        self.serve(reaching())
        self.assertIn(self.ask("read", path=str(self.secret)), DENIED)
        self.assertIn(self.ask("read", path=f"/proc/{self.server.pid}/environ"), DENIED)
        self.assertIn(self.ask("read", path=str(self.server.folder / "toolrack.toml")), DENIED)
        self.assertIn(self.ask("write", path=str(self.secret)), DENIED)
        self.assertIn(self.ask("write", path=str(self.folder / "new")), DENIED)
        self.assertFalse((self.folder / "new").exists())
        self.assertEqual("canary", self.secret.read_text())

    def test_a_read_grant_permits_reading_only(self):
        self.serve(reaching(read=[str(self.folder)]))
        self.assertEqual("done: canary", self.ask("read", path=str(self.secret)))
        self.assertIn(self.ask("write", path=str(self.secret)), DENIED)
        self.assertIn(self.ask("read", path="/etc/passwd"), DENIED)

    def test_a_write_grant_permits_writing_and_reading(self):
        self.serve(reaching(write=[str(self.folder)]))
        self.assertEqual("done", self.ask("write", path=str(self.folder / "new")))
        self.assertEqual("done: written", self.ask("read", path=str(self.folder / "new")))

    def test_the_network_requires_a_grant(self):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
            self.serve(reaching(), plugin(hostile("sandbox-probe"), name="granted", prefix="granted_",
                                          sandbox={"network": True}))
            self.assertIn(self.ask("connect", port=port), DENIED)
            self.assertIn(self.ask("connect", port=self.server.port), DENIED)
            self.assertEqual("done", self.ask("granted_connect", port=port))

    def test_processes_require_a_grant(self):
        self.serve(reaching(), plugin(hostile("sandbox-probe"), name="granted", prefix="granted_",
                                      sandbox={"processes": 1}))
        self.assertIn(self.ask("run"), DENIED)
        self.assertEqual("done", self.ask("granted_run"))

    def test_a_fork_bomb_creates_no_process(self):
        self.serve("echo", reaching())
        before = self.server.worker("reaches")
        self.assertEqual("0 processes", self.ask("fork_bomb"))
        self.assertEqual(before, self.server.worker("reaches"))
        self.assertEqual("hi", self.ask("echo", text="hi"))

    def test_granted_processes_end_with_their_worker(self):
        self.serve(reaching(processes=20))
        before = self.server.worker("reaches")
        self.assertEqual("20 processes", self.ask("fork_bomb"))
        group = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if self.is_in(before, pid)]
        self.assertEqual(21, len(group))
        os.kill(before, signal.SIGKILL)
        self.server.wait_for_line("plugin reaches: it crashed")
        self.assertTrue(wait_until(lambda: not any(self.is_in(before, pid) for pid in group)))

    @staticmethod
    def is_in(group, pid):
        """Whether it runs, and in that group of processes."""
        try:
            state, _, its_group = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:3]
        except OSError:
            return False
        return state not in "ZX" and int(its_group) == group

    def test_a_memory_bomb_gets_only_the_granted_memory(self):
        if IS_SANITIZED:
            self.skipTest("memory is not limited where a sanitizer is built in")
        self.serve("echo", reaching(memory="128MiB"))
        before = self.server.worker("reaches")
        taken = int(self.ask("memory_bomb").removesuffix(" MiB"))
        self.assertGreater(taken, 32)
        self.assertLessEqual(taken, 128 + 64)  # the stacks of its threads are on top, and not all in use
        self.assertEqual(before, self.server.worker("reaches"))
        self.assertEqual("hi", self.ask("echo", text="hi"))

    def test_other_processes_cannot_be_signalled(self):
        self.serve("echo", reaching())
        for pid in (self.server.pid, self.server.worker("echo"), os.getpid()):
            self.assertIn(self.ask("signal", pid=pid), DENIED)

    def test_a_plugin_can_write_to_its_own_folder_and_to_no_other(self):
        self.serve(reaching(), plugin(hostile("sandbox-probe"), name="beside", prefix="beside_"),
                   STATE_DIRECTORY=str(self.folder))
        mine, beside = self.ask("folder"), self.ask("beside_folder")
        self.assertEqual([str(self.folder / "plugins" / name) for name in ("reaches", "beside")], [mine, beside])
        self.assertEqual("done", self.ask("write", path=mine + "/kept"))
        self.assertEqual("done: written", self.ask("read", path=mine + "/kept"))
        self.assertIn(self.ask("beside_read", path=mine + "/kept"), DENIED)
        self.assertIn(self.ask("write", path=beside + "/kept"), DENIED)
        self.assertIn(self.ask("read", path=str(self.folder / "seal.key")), DENIED)
        self.assertEqual(0o700, pathlib.Path(mine).stat().st_mode & 0o7777)

    def test_without_a_state_directory_a_plugin_has_no_folder(self):
        self.serve(reaching())
        self.assertEqual("none", self.ask("folder"))

    def test_a_grant_of_a_missing_path_is_logged_once_with_the_plugin(self):
        nowhere = self.folder / "nowhere"
        self.serve(reaching(read=[str(nowhere)]))
        words = f"plugin reaches: its sandbox grants {nowhere}, which does not exist"
        self.server.wait_for_line(words)
        before = self.server.worker("reaches")
        os.kill(before, signal.SIGKILL)
        self.server.wait_for_line("plugin reaches: it crashed")
        self.assertIn(self.ask("read", path=str(self.secret)), DENIED)  # the next one is confined, too
        self.assertEqual(1, self.server.log.count(words))

    def test_a_plugin_that_needs_more_is_not_served_and_the_log_has_the_line_to_write(self):
        self.serve("echo", plugin(hostile("needs-permissions"), name="wants"))
        said = self.server.wait_for_line("plugin wants is not served")[0]
        self.assertIn("it needs more than its sandbox grants: network access and read access to /srv/orders", said)
        self.assertIn('sandbox = { network = true, read = ["/srv/orders"] }', said)
        self.assertEqual(["echo"], self.server.tool_names())

    def test_a_plugin_that_needs_more_is_served_with_that_line_or_in_the_host(self):
        self.serve(plugin(hostile("needs-permissions"), name="granted", prefix="granted_",
                          sandbox={"network": True, "read": ["/srv/orders"]}),
                   plugin(hostile("needs-permissions"), name="inside", prefix="inside_", isolation="host"))
        self.assertEqual(["granted_fine", "inside_fine"], sorted(self.server.tool_names()))

    def test_a_new_grant_takes_effect_on_reload(self):
        self.serve(reaching())
        self.assertIn(self.ask("read", path=str(self.secret)), DENIED)
        (self.server.folder / "toolrack.toml").write_text(settings(reaching(read=[str(self.folder)])))
        self.server.signal(signal.SIGHUP)
        self.server.wait_for_line("configuration reloaded")
        self.assertEqual("done: canary", self.ask("read", path=str(self.secret)))
