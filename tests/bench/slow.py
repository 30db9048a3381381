"""What slow clients do to good ones: slowhttptest with slow heads, slow bodies and slow reading.

usage: TOOLRACK_BUILD=build/release python3 tests/bench/slow.py [CONNECTIONS [SECONDS]]

Needs the Debian package slowhttptest. Each attack holds CONNECTIONS (default: 4000) for SECONDS (default: 40), while
good clients go on asking. It comes from one address, so it is run twice: with the configuration as it is, where a
source gets 2,000 connections, and with a configuration that lets it have them all. The good clients come from
another address, on one connection that stays and on new ones. Ends with 1 when one good request of all was not
answered.
"""

import pathlib
import re
import resource
import shutil
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from figures import quantile, report, report_none, summary  # noqa: E402
from harness import Server, rpc, settings  # noqa: E402

# The program can send no Authorization; in the line of another field it does, and so the bodies get past the gate.
ATTACKS = {
    "slow heads": lambda token: ["-H", "-t", "POST", "-i", "2", "-x", "20"],
    "slow bodies": lambda token: ["-B", "-i", "2", "-x", "20", "-s", "100000",
                                  "-f", f"application/json\r\nAuthorization: Bearer {token}"],
    "slow reading": lambda token: ["-X", "-i", "2", "-n", "2", "-w", "1", "-y", "64", "-z", "5", "-k", "3"],
}


class Good:
    """Asks until it is told to stop, from an address of its own."""

    def __init__(self, server, stays):
        self.server, self.stays = server, stays
        self.data = server.request(body=rpc("tools/list"), fields=None if stays else {"Connection": "close"})
        self.times, self.failures, self.is_over = [], [], False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def connect(self):
        made = socket.socket()
        made.settimeout(20)
        made.bind(("127.0.0.77", 0))
        made.connect(self.server.addresses[0])
        return made

    def ask(self, connection):
        connection.sendall(self.data)
        got = b""
        while not got.endswith(b"}"):
            more = connection.recv(65536)
            if not more:
                raise ConnectionError(f"ended after {got!r}")
            got += more
        if not got.startswith(b"HTTP/1.1 200"):
            raise ConnectionError(got[:200])

    def run(self):
        connection = None
        while not self.is_over:
            begun = time.perf_counter()
            try:
                connection = connection or self.connect()
                self.ask(connection)
                self.times.append(1000 * (time.perf_counter() - begun))
            except OSError as error:
                self.failures.append(repr(error))
                connection = None
            if connection and not self.stays:
                connection.close()
                connection = None
            time.sleep(0.01)
        if connection:
            connection.close()

    def stop(self):
        self.is_over = True
        self.thread.join()


def attack(server, arguments, count, seconds):
    with subprocess.Popen(["slowhttptest", *arguments, "-c", str(count), "-r", str(count // 4), "-l", str(seconds),
                           "-p", "5", "-u", server.url], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, errors="replace") as process:
        said = process.communicate(timeout=seconds + 120)[0]
    connected = [int(number) for number in re.findall(r"connected: *(\d+)", re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", said))]
    return max(connected, default=0)


def endure(what, arguments, config, count, seconds):
    with Server(config) as server:
        good = [Good(server, stays) for stays in (True, False)]
        most = attack(server, arguments(server.token), count, seconds)
        for one in good:
            one.stop()
        times = [moment for one in good for moment in one.times]
        report(f"{what}, connections of the attack at most", most, "")
        report(f"{what}, good requests answered", len(times), "")
        report_none(f"{what}, good requests not answered", [failure for one in good for failure in one.failures])
        report(f"{what}, a good request, 99 of 100", quantile(times, 0.99), "ms")
        report(f"{what}, the whole server's memory", server.memory(), "MiB")


def measure(count=4000, seconds=40):
    if not shutil.which("slowhttptest"):
        sys.exit("slowhttptest is not installed; it is a package of Debian.")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for limits in ({}, {"connections_per_source": count + 100}):
        for what, arguments in ATTACKS.items():
            endure(f"{what}, {'all' if limits else '2,000 at most'} let in", arguments, settings("echo", limits=limits),
                   count, seconds)


if __name__ == "__main__":
    measure(*map(int, sys.argv[1:3]))
    sys.exit(1 if summary()[1] else 0)
