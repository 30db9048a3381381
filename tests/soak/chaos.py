"""What befalls a server in a soak: one act at a time, each of which no good client may notice.

An act that is not possible here (no worker processes, no right to mount a disk) says why, once, and is left out.
"""

import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time
from datetime import datetime

from harness import BINARY, environment
from test_tls import put_in_place


class NotHere(Exception):
    """Why an act is not possible."""


def id_of(token):
    return token.split("_")[1]


def children_of(pid):
    for task in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = task.read_text().rsplit(")", 1)
        except OSError:
            continue
        if int(rest.split()[1]) == pid:
            yield int(task.parent.name), name.split("(", 1)[1]


class Chaos:
    def __init__(self, place, wallet, judge):
        self.place, self.wallet, self.judge = place, wallet, judge
        self.acts = [self.reload, self.rotate, self.revoke, self.kill_a_worker, self.swap_the_certificate,
                     self.fill_the_audit_disk, self.stop_a_client]
        self.done = {act.__name__: 0 for act in self.acts}
        self.reloads, self.with_time = 0, False
        self.next_acts = []

    def one_act(self):
        """All of them, in another order each time."""
        if not self.next_acts:
            self.next_acts = random.sample(self.acts, len(self.acts))
        act = self.next_acts.pop()
        try:
            act()
            self.done[act.__name__] += 1
        except NotHere as why:
            print(f"not done: {act.__name__}, because {why}", flush=True)
            self.acts.remove(act)

    # What the operator does.

    def token(self, *arguments):
        done = subprocess.run([BINARY, "token", *map(str, arguments), "--tokens", self.place.list], env=environment(),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise AssertionError(f"token {arguments}: {done.stderr}")
        return done.stdout.strip()

    def new_token(self, principal):
        return self.token("new", "--principal", principal, "--scope", "*", "--fd", 1)

    def reload(self, with_time=None):
        self.with_time = not self.with_time if with_time is None else with_time
        self.place.write_config(self.with_time)
        os.kill(self.place.server.pid, signal.SIGHUP)
        self.reloads += 1
        self.place.server.wait_for_line("the configuration was read again", self.reloads)

    def rotate(self):
        old = self.wallet.newest()
        fresh = self.token("rotate", id_of(old), "--overlap", "3s", "--fd", 1)
        ends = {one["id"]: one["expires"] for one in json.loads(self.token("list", "--json"))}[id_of(old)]
        self.wallet.ends(old, datetime.fromisoformat(ends).timestamp())
        self.wallet.add(fresh)

    def revoke(self):
        self.wallet.add(self.new_token(f"client{random.randrange(20)}"))
        old = self.wallet.newest()
        self.wallet.may_end(old)
        self.token("revoke", id_of(old))
        self.wallet.ends(old, time.time())

    def swap_the_certificate(self):
        put_in_place(random.choice(self.place.certificates), self.place.certificate)

    # What befalls the machine.

    def kill_a_worker(self):
        workers = [pid for pid, name in children_of(self.place.server.pid) if name.startswith("rack:")]
        if not workers:
            raise NotHere("this server has no worker processes")
        self.judge.a_plugin_dies()
        os.kill(random.choice(workers), signal.SIGKILL)
        self.judge.a_plugin_dies()

    def fill_the_audit_disk(self):
        if not self.place.audit:
            raise NotHere("the audit log is not on a small disk of its own (it takes root, and [audit])")
        ballast = self.place.audit.parent / "ballast"
        try:
            with ballast.open("wb") as file:
                while file.write(bytes(4096)):
                    file.flush()
        except OSError:
            pass  # full
        time.sleep(1)
        ballast.unlink()
        self.place.audit.write_bytes(b"")  # or a soak of hours would fill it by itself

    def stop_a_client(self):
        """One that is stopped for a while misses nothing, and nobody else waits for it."""
        here = pathlib.Path(__file__).parent
        with subprocess.Popen([sys.executable, here / "lone_client.py", str(self.place.server.addresses[-1])],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
            client.stdin.write(self.wallet.newest() + "\n")
            client.stdin.flush()
            time.sleep(random.uniform(0.3, 1))
            client.send_signal(signal.SIGSTOP)
            time.sleep(random.uniform(0.5, 2))
            client.send_signal(signal.SIGCONT)
            said = client.communicate("stop\n", timeout=60)[0].strip()
        if not said.startswith("all right"):
            self.judge.bad("a client that was stopped", said)

