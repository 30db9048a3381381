"""A server under mixed clients and steady mishaps: nobody gets a wrong answer, and nothing grows.

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

from chaos import Chaos  # noqa: E402
from clients import Clients  # noqa: E402
from harness import Server, hostile, plugin, settings, table, toolrack, wait_until  # noqa: E402
from judge import Judge  # noqa: E402
from test_tls import Authority, tls  # noqa: E402
from wallet import Wallet  # noqa: E402

# How many threads do what.
MIX = {"caller": 10, "slow_caller": 4, "session": 3, "listener": 6, "slow_reader": 2,
       "stranger": 2, "babbler": 2, "dawdler": 2, "deserter": 2}
A_CHAOS_EVERY = 3.0  # seconds
WARM_UP = 45.0
MOST_GROWTH = 8.0  # MiB, between two moments of calm

# Warnings and errors that the mishaps of a soak bring with them; any other is one too many.
EXPECTED = re.compile(r"never came back|plugin stuck: it (kept a call|crashed)|stray|did not answer|was not allowed|"
                      r"refused a (caller|request)|Host|Origin|worker|audit|certificate")


class Place:
    """Folders, certificates, tokens and the server."""

    def __init__(self, folder):
        self.folder = folder
        self.list = folder / "tokens.toml"
        authority = Authority(folder)
        self.certificates = [authority.issue(name) for name in ("one", "two")]
        self.certificate = authority.issue("served")
        self.audit = self._audit_on_a_small_disk()
        self.server = None

    def config(self, with_time):
        return (settings("echo", plugin(hostile("misbehaving"), timeout="3s"),
                         # What never answers has its process ended, and that is nobody else's.
                         plugin(hostile("misbehaving"), name="stuck", prefix="stuck_", timeout="3s"),
                         *(["time"] if with_time else []),
                         listen=("127.0.0.1:0", f"unix:{self.folder}/socket"), backend="token-file",
                         auth={"options": {"path": self.list}}, server={"session_idle": "20s"})
                + tls(*self.certificate) + (table("[audit]", {"path": self.audit}) if self.audit else ""))

    def write_config(self, with_time):
        (self.server.folder / "toolrack.toml").write_text(self.config(with_time))

    def start(self):
        state = self.folder / "state"
        state.mkdir(mode=0o700)
        self.server = Server(self.config(with_time=False), ready=2, STATE_DIRECTORY=str(state))
        return self.server

    def _audit_on_a_small_disk(self):
        """Where the audit log goes; None when that is not known to this version, or takes more rights."""
        disk = self.folder / "audit"
        disk.mkdir()
        probe = self.folder / "probe.toml"
        probe.write_text(settings("echo") + table("[audit]", {"path": disk / "log"}))
        if "unknown" in toolrack("check", "--config", probe).stderr:
            return None
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m,mode=0700", "tmpfs", disk],
                                 capture_output=True, check=False)
        return disk / "log" if mounted.returncode == 0 else None

    def clean_up(self):
        subprocess.run(["umount", "--lazy", self.folder / "audit"], capture_output=True, check=False)


class Soak:
    def __init__(self, place):
        self.place, self.server = place, place.server
        self.judge = Judge()
        self.chaos = Chaos(place, None, self.judge)

    def begin(self):
        self.wallet = self.chaos.wallet = Wallet([self.chaos.new_token(f"client{number}") for number in range(20)])
        self.server = self.place.start()

    def run(self, seconds):
        """Clients and mishaps for so long."""
        self.judge.is_over.clear()
        clients = Clients(self.server, self.wallet, self.judge)
        threads = [threading.Thread(target=clients.run, args=(getattr(clients, name),), daemon=True)
                   for name, count in MIX.items() for _ in range(count)]
        for thread in threads:
            thread.start()
        end = next_act = time.monotonic() + A_CHAOS_EVERY
        end += seconds - A_CHAOS_EVERY
        next_line = time.monotonic() + 60
        while time.monotonic() < end and self.server.is_running():
            time.sleep(0.1)
            if time.monotonic() >= next_act:
                self.chaos.one_act()
                next_act = time.monotonic() + A_CHAOS_EVERY
            if time.monotonic() >= next_line:
                next_line += 60
                print(f"{time.strftime('%T')} {sum(self.judge.right.values())} right, {len(self.judge.wrong)} wrong; "
                      f"{self.held()}", flush=True)
        self.judge.is_over.set()
        for thread in threads:
            thread.join(60)
            if thread.is_alive():
                self.judge.bad("a client", "never came to an end")

    def held(self):
        threads = len(os.listdir(f"/proc/{self.server.pid}/task"))
        return f"{self.server.memory():.1f} MiB, {threads} threads, {self.server.open_files()} descriptors"

    def calm(self, descriptors=None):
        """What the server holds once its clients have gone."""
        def count():
            return self.server.open_files()

        self.chaos.reload(with_time=False)  # the same plugins each time
        lowest = [count()]

        def is_settled():
            before, lowest[0] = lowest[0], min(lowest[0], count())
            return (lowest[0] <= descriptors) if descriptors is not None else before == lowest[0] == count()

        time.sleep(5)  # calls that were left are cancelled after three seconds
        wait_until(is_settled)
        return self.server.memory(), len(os.listdir(f"/proc/{self.server.pid}/task")), count()

    def unexpected_lines(self):
        return [line for line in self.server.log.splitlines()
                if re.search(r" (error|warning): ", line) and not EXPECTED.search(line)]


def main():
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    failures = []

    def check(is_so, sentence):
        print(f"{'ok  ' if is_so else 'FAIL'} {sentence}", flush=True)
        if not is_so:
            failures.append(sentence)

    with tempfile.TemporaryDirectory(prefix="toolrack-soak-") as name:
        place = Place(pathlib.Path(name))
        try:
            soak = Soak(place)
            soak.begin()
            print(f"warming up for {WARM_UP:.0f} s, then {minutes:g} minutes", flush=True)
            soak.run(WARM_UP)
            before = soak.calm()
            soak.run(60 * minutes)
            after = soak.calm(descriptors=before[2])

            print(f"right answers: {dict(sorted(soak.judge.right.items()))}")
            print(f"mishaps: {soak.chaos.done}")
            check(place.server.is_running(), "the server is still there")
            check(all(soak.judge.right[who] for who in MIX), "every kind of client got what it came for")
            check(not soak.judge.wrong, f"{len(soak.judge.wrong)} answers were wrong or lost")
            kinds = collections.Counter(re.sub(r"^\S+ ", "", one) for one in soak.judge.wrong)
            for one, count in kinds.most_common(20):
                print(f"     {count} x {one}")
            check(after[0] - before[0] <= MOST_GROWTH, f"memory went from {before[0]:.1f} to {after[0]:.1f} MiB")
            check(after[1] <= before[1], f"threads went from {before[1]} to {after[1]}")
            check(after[2] <= before[2], f"descriptors went from {before[2]} to {after[2]}")
            odd = soak.unexpected_lines()
            check(not odd, f"{len(odd)} lines of the log were not expected")
            for line in odd[:20]:
                print(f"     {line}")
            place.server.stop()
        finally:
            place.clean_up()
    print(f"{'failed' if failures else 'passed'}: {minutes:g} minutes, {sum(soak.judge.right.values())} right answers")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
