"""Cgroups: with delegation each worker has one, and without it none is changed."""

import os
import pathlib
import signal
import subprocess
import sys
import unittest

from harness import Server, hostile, plugin, settings, wait_until
from test_sandbox import IS_SANITIZED

MOVE = ("import os, sys; os.write(os.open(sys.argv[1], os.O_WRONLY), str(os.getpid()).encode()); "
        "os.execv(sys.argv[2], sys.argv[2:])")


def tree():
    """Where cgroups of version 2 can be made; None where they cannot."""
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        words, _, rest = line.partition(" - ")
        if rest.startswith("cgroup2 ") and os.access(words.split()[4], os.W_OK):
            return pathlib.Path(words.split()[4])
    return None


def processes_in(group):
    return {int(pid) for pid in (group / "cgroup.procs").read_text().split()}


class Cgroups(unittest.TestCase):
    made = 0

    def setUp(self):
        top = tree()
        if not top or os.geteuid() != 0:
            self.skipTest("no cgroups of version 2 can be made here")
        Cgroups.made += 1
        self.group = top / f"toolrack-e2e-{os.getpid()}-{Cgroups.made}"
        self.group.mkdir()
        self.addCleanup(self.remove)
        self.guests = []

    def remove(self):
        (self.group / "cgroup.kill").write_text("1")
        for one in self.guests:
            one.wait(10)
        for one in (*self.group.iterdir(), self.group):
            if one.is_dir():
                self.assertTrue(wait_until(lambda: self.is_removed(one)), one)

    @staticmethod
    def is_removed(group):
        try:
            group.rmdir()
        except FileNotFoundError:
            pass
        except OSError:
            return False
        return True

    def delegate(self):
        """Marks the group as delegated, as systemd does."""
        os.setxattr(self.group, "user.delegate", b"1")

    def serve(self, *plugins):
        server = Server(settings(*plugins), "--log-level", "debug",
                        before=(sys.executable, "-c", MOVE, self.group / "cgroup.procs"))
        self.addCleanup(server.stop)
        return server

    def add_process(self, group):
        self.guests.append(subprocess.Popen(["sleep", "600"]))
        (group / "cgroup.procs").write_text(str(self.guests[-1].pid))
        return self.guests[-1]

    def leaves(self):
        return sorted(self.group.glob("plugin-*"))

    def test_the_server_and_each_worker_have_one(self):
        self.delegate()
        server = self.serve("echo", plugin(hostile("faults")))
        workers = {server.worker(name) for name in ("echo", "faults")}
        self.assertEqual({server.pid}, processes_in(self.group / "server"))
        self.assertEqual(workers, set().union(*map(processes_in, self.leaves())))
        self.assertEqual(2, len(self.leaves()))
        self.assertEqual("hi", server.call_tool("echo", {"text": "hi"}).text)

    def test_processes_of_a_worker_end_with_it(self):
        self.delegate()
        server = self.serve(plugin(hostile("faults")))
        leaf, = self.leaves()
        left = self.add_process(leaf)  # in no group of the worker's but this one
        os.kill(server.worker("faults"), signal.SIGKILL)
        self.assertEqual(-signal.SIGKILL, left.wait(10))
        self.assertEqual("fine", server.call_tool("fine", {}).text)
        self.assertFalse(leaf.exists())
        self.assertEqual(1, len(self.leaves()))

    def test_crashed_workers_leave_none(self):
        self.delegate()
        server = self.serve(plugin(hostile("faults")))
        for _ in range(20):
            self.assertEqual("fine", server.call_tool("fine", {}).text)
            before = server.worker("faults")
            os.kill(before, signal.SIGKILL)
            self.assertTrue(wait_until(lambda: server.worker("faults") not in (None, before)))
        self.assertEqual("fine", server.call_tool("fine", {}).text)
        self.assertEqual(1, len(self.leaves()))
        server.stop()
        self.assertEqual([], self.leaves())

    def test_those_of_a_killed_server_are_removed_by_the_next(self):
        self.delegate()
        server = self.serve(plugin(hostile("faults")))
        server.kill()
        self.assertTrue(wait_until(lambda: not any(map(processes_in, self.leaves()))))
        (self.group / "plugin-faults-77").mkdir()
        # A process comes into a group only while that limits none beneath it.
        for one in (self.group / "cgroup.subtree_control").read_text().split():
            (self.group / "cgroup.subtree_control").write_text("-" + one)
        self.serve(plugin(hostile("faults")))
        self.assertEqual(1, len(self.leaves()))
        self.assertFalse((self.group / "plugin-faults-77").exists())

    def test_one_that_is_not_delegated_is_not_changed(self):
        server = self.serve("echo")
        self.assertEqual({server.pid, server.worker("echo")}, processes_in(self.group))
        self.assertEqual([], [one for one in self.group.iterdir() if one.is_dir()])
        said, = server.wait_for_line("plugins have no cgroups of their own")
        self.assertIn("because no cgroup is delegated to this server", said)

    def test_one_with_other_processes_is_not_changed(self):
        self.delegate()
        self.add_process(self.group)
        server = self.serve("echo")
        self.assertEqual([], [one for one in self.group.iterdir() if one.is_dir()])
        server.wait_for_line(f"because the cgroup {self.group} contains other processes as well")

    def test_a_server_in_a_subgroup_of_the_delegated_one_stays_there(self):
        self.delegate()
        outer, self.group = self.group, self.group / "subgroup"
        self.group.mkdir()
        server = self.serve("echo")
        inner, self.group = self.group, outer
        self.assertEqual({server.pid}, processes_in(inner))
        self.assertEqual(1, len(self.leaves()))
        server.stop()
        inner.rmdir()

    # What the kernel counts, where it can.

    def need(self, *controllers):
        there = (self.group / "cgroup.controllers").read_text().split()
        lacking = [one for one in controllers if one not in there]
        if lacking:
            self.skipTest(f"the cgroups of this machine lack {' and '.join(lacking)}")

    def test_missing_controllers_are_logged(self):
        self.delegate()
        there = (self.group / "cgroup.controllers").read_text().split()
        lacking = " and ".join(one for one in ("memory", "pids") if one not in there)
        server = self.serve("echo")
        server.wait_for_line(f"the cgroup of this server has no controller {lacking}$" if lacking
                             else "with limits for all its processes together")

    def test_granted_processes_are_limited(self):
        self.need("pids")
        self.delegate()
        server = self.serve("echo", plugin(hostile("sandbox-probe"), name="reaches", prefix="",
                                           sandbox={"processes": 1}))
        leaf, = [one for one in self.leaves() if "reaches" in one.name]
        most = int((leaf / "pids.max").read_text())
        born = int(server.call_tool("fork_bomb", {"count": 1000}).text.split()[0])
        self.assertLess(most - 32, born)
        self.assertLess(born, most)
        self.assertEqual("hi", server.call_tool("echo", {"text": "hi"}).text)
        os.kill(server.worker("reaches"), signal.SIGKILL)
        self.assertTrue(wait_until(lambda: not leaf.exists()))

    def test_memory_is_limited_for_all_processes_together(self):
        self.need("memory")
        if IS_SANITIZED:
            self.skipTest("memory is not limited where a sanitizer is built in")
        self.delegate()
        server = self.serve("echo", plugin(hostile("sandbox-probe"), name="reaches", prefix="",
                                           sandbox={"processes": 16, "memory": "128MiB"}))
        self.assertEqual("1 processes", server.call_tool("memory_bombs", {"count": 1}).text)
        response = server.call_tool("memory_bombs", {"count": 8})  # of 64 MiB each
        if "result" in response.answer:  # else the worker was the largest of them
            self.assertLess(int(response.text.split()[0]), 4)
        self.assertEqual("hi", server.call_tool("echo", {"text": "hi"}).text)


if __name__ == "__main__":
    unittest.main()
