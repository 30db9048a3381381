"""The effect of slow clients on other clients: slowhttptest with slow heads, slow bodies and slow reading.

usage: TOOLRACK_BUILD=build/release python3 tests/bench/slow_clients.py [CONNECTIONS [SECONDS]]

Needs the Debian package slowhttptest. Each attack holds CONNECTIONS (default: 4000) for SECONDS (default: 40) while
normal clients send requests. The attack comes from one address, so each attack runs twice: with the default limit of
2,000 connections for each source, and with a limit above CONNECTIONS. The normal clients use another address; one
keeps its connection and one opens a new connection for each request. Exits with 1 when a normal request failed.
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
from figures import quantile, report, report_failures, summary  # noqa: E402
from harness import Server, rpc, settings  # noqa: E402

# slowhttptest has no option for an Authorization field. The slow bodies must pass authentication, so their Content-Type
# carries the field on a second line.
ATTACKS = {
    "slow heads": lambda token: ["-H", "-t", "POST", "-i", "2", "-x", "20"],
    "slow bodies": lambda token: ["-B", "-i", "2", "-x", "20", "-s", "100000",
                                  "-f", f"application/json\r\nAuthorization: Bearer {token}"],
    "slow reading": lambda token: ["-X", "-i", "2", "-n", "2", "-w", "1", "-y", "64", "-z", "5", "-k", "3"],
}


class NormalClient:
    """Sends requests from its own address, on a thread, until stop()."""

    def __init__(self, server, keep_alive):
        self.server, self.keep_alive = server, keep_alive
        self.data = server.request(body=rpc("tools/list"), fields=None if keep_alive else {"Connection": "close"})
        self.latencies, self.failures, self.is_stopping = [], [], False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def connect(self):
        connection = socket.socket()
        connection.settimeout(20)
        connection.bind(("127.0.0.77", 0))
        connection.connect(self.server.addresses[0])
        return connection

    def request(self, connection):
        connection.sendall(self.data)
        received = b""
        while not received.endswith(b"}"):
            data = connection.recv(65536)
            if not data:
                raise ConnectionError(f"closed after {received!r}")
            received += data
        if not received.startswith(b"HTTP/1.1 200"):
            raise ConnectionError(received[:200])

    def run(self):
        connection = None
        while not self.is_stopping:
            started_at = time.perf_counter()
            try:
                connection = connection or self.connect()
                self.request(connection)
                self.latencies.append(1000 * (time.perf_counter() - started_at))
            except OSError as error:
                self.failures.append(repr(error))
                connection = None
            if connection and not self.keep_alive:
                connection.close()
                connection = None
            time.sleep(0.01)
        if connection:
            connection.close()

    def stop(self):
        self.is_stopping = True
        self.thread.join()


def attack(server, arguments, count, seconds):
    """Returns the largest number of connections that slowhttptest had at once."""
    with subprocess.Popen(["slowhttptest", *arguments, "-c", str(count), "-r", str(count // 4), "-l", str(seconds),
                           "-p", "5", "-u", server.url], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, errors="replace") as process:
        output = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", process.communicate(timeout=seconds + 120)[0])
    return max(map(int, re.findall(r"connected: *(\d+)", output)), default=0)


def measure_attack(name, arguments, config, count, seconds):
    with Server(config) as server:
        clients = [NormalClient(server, keep_alive) for keep_alive in (True, False)]
        connected = attack(server, arguments(server.token), count, seconds)
        for client in clients:
            client.stop()
        latencies = [latency for client in clients for latency in client.latencies]
        report(f"{name}, most connections of the attack", connected, "")
        report(f"{name}, normal requests", len(latencies), "")
        report_failures(f"{name}, normal requests that failed",
                        [failure for client in clients for failure in client.failures])
        report(f"{name}, a normal request, p99", quantile(latencies, 0.99), "ms")
        report(f"{name}, memory of the server", server.memory(), "MiB")


def measure(count=4000, seconds=40):
    if not shutil.which("slowhttptest"):
        sys.exit("slowhttptest is not installed. Install the Debian package slowhttptest.")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for limits in ({}, {"connections_per_source": count + 100}):
        for name, arguments in ATTACKS.items():
            measure_attack(f"{name}, {'all' if limits else 'at most 2,000'} accepted", arguments,
                           settings("echo", limits=limits), count, seconds)


if __name__ == "__main__":
    measure(*map(int, sys.argv[1:3]))
    sys.exit(1 if summary()[1] else 0)
