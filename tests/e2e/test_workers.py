"""Workers: a fault of a plugin affects its own process only, which is restarted."""

import os
import pathlib
import signal
import time
import unittest

from crash_load import CrashLoad
from harness import (TIMEOUT, Server, SharedServerTest, hostile, in_parallel, new_token, plugin, rpc, settings,
                     wait_until)

INTERNAL_ERROR = -32603
SLOW = {"name": "slow", "arguments": {"ms": 60_000}}


def faults(name="faults", **keys):
    return plugin(hostile("faults"), name=name, prefix="" if name == "faults" else name + "_", **keys)


class WorkerTests:
    """What tests ask of a server with plugins in workers."""

    def pid(self, name="faults"):
        return self.server.worker(name)

    def wait_for_another(self, before, name="faults"):
        self.assertTrue(wait_until(lambda: self.server.worker(name) not in (None, before)), self.server.log)
        return self.server.worker(name)

    def assert_lost(self, response, name="faults"):
        self.assertEqual((200, INTERNAL_ERROR), (response.status, response.code), response)
        self.assertEqual({"plugin": name, "reason": "crashed", "retriable": True}, response.error["data"])
        self.assertIn(name, response.sentence)

    def begin(self, count, name="slow", **fields):
        """Calls that are under way, each on a connection of its own."""
        connections = []
        for index in range(count):
            connection = self.server.connect()
            connection.send(self.server.request(body=rpc("tools/call", SLOW | {"name": name}, index)))
            connections.append(connection)
        return connections


class WorkerFaults(WorkerTests, SharedServerTest):
    """Faults with successful calls between them: no other plugin is affected, and the worker is never suspended."""

    # Enough memory for a gigabyte, to see its effect on the host.
    config = settings("echo", faults(timeout="20s", sandbox={"memory": "8GiB"}), plugin(hostile("throws-across")),
                      server={"max_result": "1MiB"})

    def assert_fault(self, tool, words, name="faults"):
        before = self.pid(name)
        self.assertIsNotNone(before)
        self.assert_lost(self.server.call_tool(tool, {}), name)
        self.assertEqual("hi", self.server.call_tool("echo", {"text": "hi"}).text)
        self.wait_for_another(before, name)
        self.server.wait_for_line(f"plugin {name}: {words}")

    def fine(self):
        self.assertEqual("fine", self.server.call_tool("fine", {}).text)

    def test_a_segmentation_fault(self):
        self.assert_fault("segv", r"it crashed \(a segmentation fault, signal 11\); 1 call was lost")
        self.fine()

    def test_an_abort(self):
        self.assert_fault("abort", r"it crashed \(abort\(\), signal 6\)")
        self.fine()

    def test_an_exit(self):
        self.assert_fault("exit", r"it exited \(status 0\)")
        self.fine()

    def test_a_kill(self):
        self.assert_fault("kill", r"it crashed \(killed, signal 9\)")
        self.fine()

    def test_a_stack_overflow(self):
        self.assert_fault("overflow", r"it crashed \(a segmentation fault, signal 11\)")
        self.fine()

    def test_a_corrupt_frame(self):
        self.assert_fault("corrupt", r"it sent an? (invalid message|frame of an invalid length)")
        self.fine()

    def test_a_closed_socket(self):
        self.assert_fault("hang_up", r"it (closed its socket|exited)")
        self.fine()

    def test_an_exception_across_the_boundary(self):
        self.assert_fault("throw", r"it crashed \(abort\(\), signal 6\)", "throws-across")
        self.assert_fault("throw_at_once", r"it crashed \(abort\(\), signal 6\)", "throws-across")

    def test_an_answer_for_an_unknown_call(self):
        before = self.pid()
        self.assertEqual("mine", self.server.call_tool("wrong_id", {}).text)
        self.server.wait_for_line("faults: an answer for call 4886718345 was dropped")
        self.assertEqual(before, self.pid())

    def test_an_answer_of_a_gigabyte(self):
        response = self.server.call_tool("gigabyte", {})
        self.assertEqual(INTERNAL_ERROR, response.code, response)
        self.server.wait_for_line(r"faults: (its answer was rejected: it is 10737\d+ bytes long|it exited|it crashed)|"
                                  r"plugin faults: it (exited|crashed)")
        self.assertLess(self.server.memory(), 1000)
        self.assertTrue(wait_until(lambda: self.server.call_tool("fine", {}).answer.get("result")))

    def test_using_all_descriptors(self):
        before = self.server.open_files()
        self.assertRegex(self.server.call_tool("descriptors", {}).text, "opened [0-9]+")
        self.assertLessEqual(self.server.open_files(), before + 2)
        self.server.call_tool("exit", {})
        self.fine()

    def test_a_lot_of_output(self):
        self.assertEqual("still here", self.server.call_tool("prints", {}).text)
        self.server.wait_for_line("faults printed: printed by a plugin")
        self.assertLess(self.server.log.count("printed by a plugin"), 10_000)

    def test_the_working_directory_is_not_that_of_the_server(self):
        self.assertNotEqual(str(self.server.folder), self.server.call_tool("where", {}).text)


class StuckWorkers(WorkerTests, unittest.TestCase):
    """A loop and a process that is stopped: answered when the time is up, and ended a little later."""

    def assert_stuck_worker(self, tool):
        with Server(settings("echo", faults(timeout="500ms"))) as self.server:
            before = self.pid()
            beside = self.begin(1)[0]
            response = self.server.call_tool(tool, {})
            self.assertIn("500 ms", response.sentence)
            self.assertEqual({"plugin": "faults", "reason": "timeout", "retriable": True}, response.error["data"])
            self.assertEqual("hi", self.server.call_tool("echo", {"text": "hi"}).text)
            self.assertIn("error", beside.read_response().answer)  # its own time was up, too
            self.wait_for_another(before)
            self.server.wait_for_line("plugin faults: it did not end a cancelled call within 5 s after its deadline")
            self.assertTrue(wait_until(lambda: self.server.call_tool("fine", {}).answer.get("result")))

    def test_a_loop(self):
        self.assert_stuck_worker("loop")

    def test_a_stopped_process(self):
        self.assert_stuck_worker("stop")

    def test_a_stopped_process_queues_a_bounded_number_of_calls_and_blocks_no_other(self):
        with Server(settings("echo", faults(timeout="3s"))) as self.server:
            os.kill(self.pid(), signal.SIGSTOP)
            answers = in_parallel(24, lambda _: self.server.call_tool("fine", {"pad": "x" * 1_000_000}))
            for answer in answers:
                self.assertIn(answer.error["data"]["reason"], ("timeout", "busy"), answer)
            self.assertEqual("hi", self.server.call_tool("echo", {"text": "hi"}).text)
            self.assertTrue(wait_until(lambda: self.server.call_tool("fine", {}).answer.get("result")))

    def test_the_other_calls_of_a_killed_worker_fail(self):
        tool = '[[plugin.tool]]\nmatch = "loop"\ntimeout = "200ms"\n'
        with Server(settings("echo", faults(timeout="60s") + tool)) as self.server:
            beside = self.begin(2)
            self.assertIn("200 ms", self.server.call_tool("loop", {}).sentence)
            for connection in beside:
                self.assert_lost(connection.read_response())


class KilledUnderLoad(WorkerTests, unittest.TestCase):
    def test_64_calls_are_lost_at_once_and_64_others_are_not(self):
        with Server(CrashLoad.config) as self.server, CrashLoad(self.server) as load:
            for turn in range(1, 6):
                load.run()
                self.assertEqual([], load.wrong_responses)
                for line in self.server.wait_for_line("plugin one: it crashed", turn):
                    self.assertIn("64 calls were lost", line)
            self.assertNotIn("plugin two", self.server.log)
            self.assertEqual(2, len(self.server.children()))

    def test_it_restarts_each_time_and_leaks_nothing(self):
        with Server(settings(faults())) as self.server:
            self.assertEqual("fine", self.server.call_tool("fine", {}).text)
            files, threads = None, f"/proc/{self.server.pid}/task"
            for turn in range(60):
                before = self.pid()
                os.kill(before, signal.SIGKILL)
                self.assertEqual("fine", self.call_until_it_restarts(), self.server.log)
                if turn == 10:
                    files, count = self.server.open_files(), len(os.listdir(threads))
            self.assertLessEqual(self.server.open_files(), files + 1)
            self.assertLessEqual(len(os.listdir(threads)), count)
            self.assertNotIn("suspended after", self.server.log)
            self.assertEqual(1, len(self.server.children()))

    def call_until_it_restarts(self):
        # The kill may catch this very call; the next one finds the next worker, and waits for it.
        for _ in range(2):
            response = self.server.call_tool("fine", {})
            if "result" in response.answer:
                return response.text
            self.assert_lost(response)
        return None


class SuspendedPlugin(WorkerTests, unittest.TestCase):
    def setUp(self):
        self.server = Server(settings("echo", faults()))
        self.addCleanup(self.server.stop)

    def crash(self, times):
        for _ in range(times):
            self.assertIn(self.server.call_tool("exit", {}).error["data"]["reason"], ("crashed", "suspended"))

    def test_a_worker_that_keeps_exiting_without_an_answer_is_suspended_and_named(self):
        self.crash(5)
        self.server.wait_for_line("plugin faults: .* suspended after 5 exits without an answer")
        response = self.server.call_tool("fine", {})
        self.assertEqual({"plugin": "faults", "reason": "suspended", "retriable": False}, response.error["data"])
        self.assertIn("faults", response.sentence)
        self.assertIsNone(self.pid())
        self.assertEqual("hi", self.server.call_tool("echo", {"text": "hi"}).text)

    def test_a_reload_resumes_it(self):
        self.crash(5)
        self.server.wait_for_line("suspended after")
        self.server.signal(signal.SIGHUP)
        self.server.wait_for_line("configuration reloaded")
        self.assertEqual("fine", self.server.call_tool("fine", {}).text)


class WorkerSecrets(WorkerTests, unittest.TestCase):
    def test_a_worker_has_no_secrets_of_the_server(self):
        token = new_token()
        with Server(settings(faults()), token=token, CANARY="canary-4711") as self.server:
            about = pathlib.Path(f"/proc/{self.pid()}")
            self.assertNotIn(b"canary-4711", (about / "environ").read_bytes())
            self.assertNotIn(b"MCP_AUTH_TOKEN", (about / "environ").read_bytes())
            self.assertEqual(b"faults", (about / "cmdline").read_bytes().split(b"\0")[1])
            self.assertEqual("/", os.readlink(about / "cwd"))
            held = sorted(os.readlink(file) for file in (about / "fd").iterdir())
            self.assertEqual(["/dev/null", "pipe", "pipe", "socket"], [one.split(":")[0] for one in held])
            for _ in range(3):
                self.assertEqual("fine", self.server.call_tool("fine", {}).text)
            memory = self.memory_of(about)
            self.assertIn(b"org.example.faults", memory)
            for secret in (token.encode(), b"canary-4711"):
                self.assertNotIn(secret, memory)

    def memory_of(self, about):
        """All of it that can be read, but for what sanitizers reserve."""
        found = b""
        with open(about / "mem", "rb") as memory:
            for line in (about / "maps").read_text().splitlines():
                begin, end = (int(one, 16) for one in line.split()[0].split("-"))
                if " r" not in line or end - begin > 2**27 or "[v" in line:
                    continue
                try:
                    memory.seek(begin)
                    found += memory.read(end - begin)
                except OSError:  # reserved and not there
                    pass
        return found


class WorkerEnd(WorkerTests, unittest.TestCase):
    def children_of(self, config):
        with Server(config) as self.server:
            children = self.server.children()
            self.assertTrue(children)
            yield self.server
        for pid in children:
            self.assertTrue(wait_until(lambda: not pathlib.Path(f"/proc/{pid}").exists()), pid)

    def test_a_stopped_server_leaves_no_worker(self):
        for server in self.children_of(settings("echo", faults())):
            self.assertEqual("fine", server.call_tool("fine", {}).text)

    def test_a_killed_server_leaves_no_worker(self):
        server = Server(settings("echo", faults()))
        children = server.children()
        busy = server.connect()
        busy.send(server.request(body=rpc("tools/call", {"name": "loop", "arguments": {}})))
        self.assertTrue(busy.is_silent(0.2))
        server.kill()
        for pid in children:
            self.assertTrue(wait_until(lambda: not pathlib.Path(f"/proc/{pid}").exists()), pid)

    def test_a_worker_that_does_not_end_does_not_delay_the_shutdown(self):
        for server in self.children_of(settings(faults(timeout="200ms"), server={"drain": "100ms"})):
            os.kill(server.worker("faults"), signal.SIGSTOP)
            begun = time.monotonic()
            server.stop()
            self.assertLess(time.monotonic() - begun, TIMEOUT / 2)


if __name__ == "__main__":
    unittest.main()
