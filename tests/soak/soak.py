"""A server under many kinds of clients and steady disturbances: no response is wrong and no resource grows.

usage: TOOLRACK_BUILD=build/release python3 tests/soak/soak.py [MINUTES]
"""

import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

from clients import Clients  # noqa: E402
from disturbances import Disturbances  # noqa: E402
from harness import Server, hostile, plugin, settings, table, toolrack, wait_until  # noqa: E402
from results import Results  # noqa: E402
from test_tls import CertificateAuthority, tls  # noqa: E402
from token_pool import TokenPool  # noqa: E402

THREADS_BY_CLIENT = {"caller": 10, "slow_caller": 4, "session_client": 3, "listener": 6, "slow_reader": 2,
                     "unauthenticated_client": 2, "malformed_client": 2, "slow_sender": 2, "leaving_client": 2}
DISTURBANCE_INTERVAL = 3.0  # seconds
WARM_UP = 45.0  # seconds
MEMORY_GROWTH_LIMIT = 8.0  # MiB

# Warnings and errors that the disturbances cause. Any other line is a failure.
EXPECTED = re.compile(r"never returned|plugin stuck: it (did not end a cancelled call|crashed)|is unknown or has ended|"
                      r"did not answer|was not allowed|refused a (caller|request)|Host|Origin|worker|audit|certificate")


class Deployment:
    """A server with its folders, certificates and token list."""

    def __init__(self, folder):
        self.folder = folder
        self.token_list = folder / "tokens.toml"
        authority = CertificateAuthority(folder)
        self.certificates = [authority.issue(name) for name in ("one", "two")]
        self.certificate = authority.issue("served")
        self.audit_log = self._mount_audit_disk()
        self.server = None

    def config(self, with_time):
        return (settings("echo", plugin(hostile("misbehaving"), timeout="3s"),
                         # A call of this one may never return. Its worker is then killed, and no other plugin's.
                         plugin(hostile("misbehaving"), name="stuck", prefix="stuck_", timeout="3s"),
                         *(["time"] if with_time else []),
                         listen=("127.0.0.1:0", f"unix:{self.folder}/socket"), backend="token-file",
                         auth={"options": {"path": self.token_list}}, server={"session_idle": "20s"})
                + tls(*self.certificate) + (table("[audit]", {"path": self.audit_log}) if self.audit_log else ""))

    def write_config(self, with_time):
        (self.server.folder / "toolrack.toml").write_text(self.config(with_time))

    def start(self):
        state = self.folder / "state"
        state.mkdir(mode=0o700)
        self.server = Server(self.config(with_time=False), ready=2, STATE_DIRECTORY=str(state))
        return self.server

    def _mount_audit_disk(self):
        """The path of the audit log on a small disk; None without [audit] or without permission to mount."""
        disk = self.folder / "audit"
        disk.mkdir()
        probe = self.folder / "probe.toml"
        probe.write_text(settings("echo") + table("[audit]", {"path": disk / "log"}))
        if "unknown" in toolrack("check", "--config", probe).stderr:
            return None
        mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m,mode=0700", "tmpfs", disk],
                               capture_output=True, check=False)
        return disk / "log" if mount.returncode == 0 else None

    def clean_up(self):
        subprocess.run(["umount", "--lazy", self.folder / "audit"], capture_output=True, check=False)


Resources = collections.namedtuple("Resources", "memory threads descriptors")


class Soak:
    def __init__(self, deployment):
        self.deployment, self.results = deployment, Results()
        self.disturbances = Disturbances(deployment, None, self.results)

    def start(self):
        self.tokens = TokenPool([self.disturbances.new_token(f"client{number}") for number in range(20)])
        self.disturbances.tokens = self.tokens
        self.server = self.deployment.start()

    def run(self, seconds):
        is_stopping = threading.Event()
        clients = Clients(self.server, self.tokens, self.results, is_stopping)
        threads = [threading.Thread(target=clients.run, args=(getattr(clients, name),), daemon=True)
                   for name, count in THREADS_BY_CLIENT.items() for _ in range(count)]
        for thread in threads:
            thread.start()
        now = time.monotonic()
        end, next_disturbance, next_status = now + seconds, now + DISTURBANCE_INTERVAL, now + 60
        while time.monotonic() < end and self.server.is_running():
            time.sleep(0.1)
            if time.monotonic() >= next_disturbance:
                self.disturbances.run_next()
                next_disturbance = time.monotonic() + DISTURBANCE_INTERVAL
            if time.monotonic() >= next_status:
                next_status += 60
                self.print_status()
        is_stopping.set()
        for thread in threads:
            thread.join(60)
            if thread.is_alive():
                self.results.add_failure("a client", "did not finish within a minute")

    def print_status(self):
        memory, threads, descriptors = self.resources()
        print(f"{time.strftime('%T')} {self.results.correct.total()} correct, {len(self.results.failures)} wrong; "
              f"{memory:.1f} MiB, {threads} threads, {descriptors} descriptors", flush=True)

    def resources(self):
        return Resources(self.server.memory(), len(os.listdir(f"/proc/{self.server.pid}/task")),
                         self.server.open_files())

    def resources_at_rest(self, descriptors=None):
        """What the server uses without clients, once it has at most `descriptors` or their number stays the same."""
        self.disturbances.reload(with_time=False)  # the same plugins each time
        lowest = self.server.open_files()

        def is_settled():
            nonlocal lowest
            before, lowest = lowest, min(lowest, self.server.open_files())
            return lowest <= descriptors if descriptors is not None else before == lowest == self.server.open_files()

        time.sleep(5)  # the server cancels calls of clients that are gone after three seconds
        wait_until(is_settled)
        return self.resources()

    def unexpected_lines(self):
        return [line for line in self.server.log.splitlines()
                if re.search(r" (error|warning): ", line) and not EXPECTED.search(line)]


def main():
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    failed_checks = []

    def check(passed, sentence):
        print(f"{'ok  ' if passed else 'FAIL'} {sentence}", flush=True)
        if not passed:
            failed_checks.append(sentence)

    with tempfile.TemporaryDirectory(prefix="toolrack-soak-") as name:
        deployment = Deployment(pathlib.Path(name))
        try:
            soak = Soak(deployment)
            soak.start()
            print(f"warming up for {WARM_UP:.0f} s, then {minutes:g} minutes", flush=True)
            soak.run(WARM_UP)
            before = soak.resources_at_rest()
            soak.run(60 * minutes)
            after = soak.resources_at_rest(descriptors=before.descriptors)

            results = soak.results
            print(f"correct responses: {dict(sorted(results.correct.items()))}")
            print(f"disturbances: {soak.disturbances.counts}")
            check(soak.server.is_running(), "the server is running")
            check(all(results.correct[client] for client in THREADS_BY_CLIENT),
                  "every kind of client had a correct response")
            check(not results.failures, f"{len(results.failures)} responses were wrong or lost")
            kinds = collections.Counter(re.sub(r"^\S+ ", "", line) for line in results.failures)
            for line, count in kinds.most_common(20):
                print(f"     {count} x {line}")
            check(after.memory - before.memory <= MEMORY_GROWTH_LIMIT,
                  f"memory went from {before.memory:.1f} to {after.memory:.1f} MiB")
            check(after.threads <= before.threads, f"threads went from {before.threads} to {after.threads}")
            check(after.descriptors <= before.descriptors,
                  f"descriptors went from {before.descriptors} to {after.descriptors}")
            unexpected = soak.unexpected_lines()
            check(not unexpected, f"{len(unexpected)} log lines were unexpected")
            for line in unexpected[:20]:
                print(f"     {line}")
            soak.server.stop()
        finally:
            deployment.clean_up()
    print(f"{'failed' if failed_checks else 'passed'}: {minutes:g} minutes, "
          f"{results.correct.total()} correct responses")
    return 1 if failed_checks else 0


if __name__ == "__main__":
    sys.exit(main())
