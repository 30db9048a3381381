"""Refusals by the million: no kind of error response may leak descriptors or memory.

usage: TOOLRACK_BUILD=build/release python3 tests/bench/refusals.py [COUNT]

Sends COUNT (default: 1000) requests that are answered with each of 400, 401, 403, 404, 405, 413 and 415. Reuses a
connection where the server keeps it open, and opens a new one where the server closes it. Exits with 1 when one kind
left descriptors open, or left more than 4 MB of memory, which is checked from 100,000 of each on.
"""

import pathlib
import socket
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from figures import report, summary  # noqa: E402
from harness import Server, rpc, settings, wait_until  # noqa: E402

CLIENTS = 8
PIPELINED = 32  # requests sent on a reused connection before the first response is read
MEMORY_LIMIT = 4.0
MEMORY_LIMIT_FROM = 100_000  # requests


def requests_by_status(server):
    body = rpc("tools/list")
    post = server.request
    return {
        400: post(body=body, fields={"Transfer-Encoding": "gzip", "Content-Length": "4"}),
        401: post("POST", token="not-the-token"),
        403: post("POST", fields={"Host": "evil.example.com"}),
        404: post("POST", "/nowhere"),
        405: post("OPTIONS"),
        413: post(fields={"Content-Length": "999999999"}),
        415: post(body=body, fields={"Content-Type": "text/plain"}),
    }


class Client:
    """Repeats one request and requires the same status each time."""

    def __init__(self, address, data, status):
        self.address, self.data = address, data
        self.status_line = b"HTTP/1.1 %d " % status
        self.server_closes = None  # known after the first response

    def connect(self):
        connection = socket.create_connection(self.address, timeout=60)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def request_once(self):
        with self.connect() as connection:
            connection.sendall(self.data)
            response = b""
            while data := connection.recv(65536):
                response += data
                if b"\r\n\r\n" in response and b"Connection: close" not in response:
                    break
        if not response.startswith(self.status_line):
            raise AssertionError(f"expected {self.status_line!r}, got {response[:300]!r}")
        self.server_closes = b"Connection: close" in response

    def run(self, count):
        self.request_once()
        count -= 1
        if self.server_closes:
            for _ in range(count):
                self.request_once()
            return
        with self.connect() as connection:
            while count > 0:
                batch = min(PIPELINED, count)
                self.request_batch(connection, batch)
                count -= batch

    def request_batch(self, connection, count):
        connection.sendall(self.data * count)
        responses = b""
        while responses.count(self.status_line) != count or not responses.endswith(b"}"):
            data = connection.recv(1 << 20)
            if not data:
                raise AssertionError(f"closed after {responses[-300:]!r}")
            responses += data
            if responses.count(b"HTTP/1.1 ") != responses.count(self.status_line):
                raise AssertionError(f"expected only {self.status_line!r}, got {responses[:600]!r}")


def send_all(address, data, status, count):
    """Sends `count` requests from several clients at once."""
    errors = []

    def run(share):
        try:
            Client(address, data, status).run(share)
        except Exception as error:
            errors.append(error)

    shares = [count // CLIENTS + (1 if index < count % CLIENTS else 0) for index in range(CLIENTS)]
    threads = [threading.Thread(target=run, args=(share,)) for share in shares if share]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def has_no_connections(server):
    """Whether every connection is closed on the server's side, too."""
    port = f":{server.port:04X}"
    with open(f"/proc/{server.pid}/net/tcp", encoding="ascii") as table:
        lines = [line.split() for line in table.readlines()[1:]]
    states = [state for _, local, _, state, *_ in lines if local.endswith(port)]
    return "01" not in states and "08" not in states  # ESTABLISHED, CLOSE_WAIT


def measure(count=1_000_000):
    with Server(settings("echo")) as server:
        address = server.addresses[0]
        # What the server allocates at the first use of each path is not a leak.
        for status, data in requests_by_status(server).items():
            send_all(address, data, status, min(count, 2000))
        wait_until(lambda: has_no_connections(server))
        for status, data in requests_by_status(server).items():
            files, memory, started_at = server.open_files(), server.memory(), time.monotonic()
            send_all(address, data, status, count)
            rate = count / (time.monotonic() - started_at)
            wait_until(lambda: has_no_connections(server))
            report(f"{count} responses of {status}, per second", rate, "")
            report(f"{count} responses of {status}, descriptors more than before", server.open_files() - files, "", 0)
            report(f"{count} responses of {status}, memory more than before", server.memory() - memory, "MB",
                   MEMORY_LIMIT if count >= MEMORY_LIMIT_FROM else None)
        if server.post(rpc("tools/list")).status != 200:
            raise AssertionError("the server answers no valid request any more")


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    sys.exit(1 if summary()[1] else 0)
