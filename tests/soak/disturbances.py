"""Disturbances of the server in a soak, one at a time. A correct client must notice none of them.

A disturbance that is impossible on this machine (no worker processes, no permission to mount a disk) is skipped; the
reason is printed once.
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
from test_tls import replace_files


class Unavailable(Exception):
    """The reason why a disturbance is impossible here."""


def id_of(token):
    return token.split("_")[1]


def children_of(pid):
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = stat.read_text().rsplit(")", 1)
        except OSError:
            continue
        if int(rest.split()[1]) == pid:
            yield int(stat.parent.name), name.split("(", 1)[1]


class Disturbances:
    def __init__(self, deployment, tokens, results):
        self.deployment, self.tokens, self.results = deployment, tokens, results
        self.available = [self.reload, self.rotate, self.revoke, self.kill_worker, self.replace_certificate,
                          self.fill_audit_disk, self.stop_client]
        self.counts = {disturbance.__name__: 0 for disturbance in self.available}
        self.reloads, self.with_time = 0, False
        self.remaining = []

    def run_next(self):
        """Runs each one once, in random order, before any is repeated."""
        if not self.remaining:
            self.remaining = random.sample(self.available, len(self.available))
        disturbance = self.remaining.pop()
        try:
            disturbance()
            self.counts[disturbance.__name__] += 1
        except Unavailable as reason:
            print(f"skipped: {disturbance.__name__}: {reason}", flush=True)
            self.available.remove(disturbance)

    # Actions of the operator.

    def run_token_command(self, *arguments):
        command = subprocess.run([BINARY, "token", *map(str, arguments), "--tokens", self.deployment.token_list],
                                 env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                 timeout=60, check=False)
        if command.returncode != 0:
            raise AssertionError(f"token {arguments}: {command.stderr}")
        return command.stdout.strip()

    def new_token(self, principal):
        return self.run_token_command("new", "--principal", principal, "--scope", "*", "--fd", 1)

    def reload(self, with_time=None):
        """Adds or removes the time plugin: `with_time`, or the opposite of the last reload."""
        self.with_time = not self.with_time if with_time is None else with_time
        self.deployment.write_config(self.with_time)
        os.kill(self.deployment.server.pid, signal.SIGHUP)
        self.reloads += 1
        self.deployment.server.wait_for_line("configuration reloaded", self.reloads)

    def rotate(self):
        old = self.tokens.any_unlimited()
        new = self.run_token_command("rotate", id_of(old), "--overlap", "3s", "--fd", 1)
        expiries = {token["id"]: token["expires"] for token in json.loads(self.run_token_command("list", "--json"))}
        self.tokens.set_end(old, datetime.fromisoformat(expiries[id_of(old)]).timestamp())
        self.tokens.add(new)

    def revoke(self):
        self.tokens.add(self.new_token(f"client{random.randrange(20)}"))
        revoked = self.tokens.any_unlimited()
        self.tokens.expect_revocation(revoked)
        self.run_token_command("revoke", id_of(revoked))
        self.tokens.set_end(revoked, time.time())

    def replace_certificate(self):
        replace_files(random.choice(self.deployment.certificates), self.deployment.certificate)

    # Faults of the machine and of clients.

    def kill_worker(self):
        workers = [pid for pid, name in children_of(self.deployment.server.pid) if name.startswith("rack:")]
        if not workers:
            raise Unavailable("this server has no worker processes")
        self.results.allow_crash_errors()
        os.kill(random.choice(workers), signal.SIGKILL)
        self.results.allow_crash_errors()

    def fill_audit_disk(self):
        audit_log = self.deployment.audit_log
        if not audit_log:
            raise Unavailable("the audit log is not on a small disk of its own (this needs root and [audit])")
        filler = audit_log.parent / "filler"
        try:
            with filler.open("wb") as file:
                while file.write(bytes(4096)):
                    file.flush()
        except OSError:
            pass  # the disk is full
        time.sleep(1)
        filler.unlink()
        audit_log.write_bytes(b"")  # in a long soak the log alone would fill the disk

    def stop_client(self):
        """A client that is stopped for a while loses nothing and delays no other client."""
        program = pathlib.Path(__file__).parent / "stoppable_client.py"
        with subprocess.Popen([sys.executable, program, str(self.deployment.server.addresses[-1])],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
            client.stdin.write(self.tokens.any_unlimited() + "\n")
            client.stdin.flush()
            time.sleep(random.uniform(0.3, 1))
            client.send_signal(signal.SIGSTOP)
            time.sleep(random.uniform(0.5, 2))
            client.send_signal(signal.SIGCONT)
            outcome = client.communicate("stop\n", timeout=60)[0].strip()
        if not outcome.startswith("ok"):
            self.results.add_failure("stop_client", outcome)
