"""Restarts with a listening socket that outlives the server: no client request is lost or refused.

usage: TOOLRACK_BUILD=build/release python3 tests/bench/restarts.py [RESTARTS [REQUESTS_PER_SECOND]]

Holds a listening socket, as systemd does, and starts a server that accepts on it. Stops the server with SIGTERM, waits
for its exit and starts the next one, RESTARTS times (default: 20). Meanwhile two clients send REQUESTS_PER_SECOND
(default: 2000) in all, whether or not earlier requests were answered; every tenth request has a connection of its own.
A request counts as refused when the client could not connect, and as lost when no complete 200 response arrived. Exits
with 1 when any request was refused or lost.
"""

import collections
import errno
import multiprocessing
import pathlib
import resource
import select
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from figures import quantile, report, report_failures, summary  # noqa: E402
from harness import Server, new_token, request, rpc, settings  # noqa: E402

SECONDS_BETWEEN_RESTARTS = 2.0
CLIENTS = 2


class ClientConnection:
    """Connecting, waiting for a response, or free for the next request."""

    def __init__(self, address):
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.is_connecting = self.socket.connect_ex(address) == errno.EINPROGRESS
        self.unsent = b""
        self.received = b""
        self.due_at = None  # when its request was due; None while it is free
        self.keep_alive = True


class ConstantRateLoad:
    """Sends requests at a constant rate, however long the responses take."""

    def __init__(self, address, token):
        fields = {"Host": f"{address[0]}:{address[1]}", "Content-Type": "application/json",
                  "Authorization": f"Bearer {token}"}
        body = rpc("tools/call", {"name": "echo", "arguments": {"text": "x" * 100}})
        self.address = address
        self.keep_alive_request = request("POST", "/mcp", fields, body)
        self.closing_request = request("POST", "/mcp", fields | {"Connection": "close"}, body)
        self.poll = select.epoll()
        self.connections, self.free = {}, collections.deque()
        self.refused, self.lost, self.latencies = [], [], []

    def open(self):
        connection = ClientConnection(self.address)
        self.connections[connection.socket.fileno()] = connection
        self.poll.register(connection.socket,
                           select.EPOLLIN | (select.EPOLLOUT if connection.is_connecting else 0))
        return connection

    def close(self, connection):
        del self.connections[connection.socket.fileno()]
        connection.socket.close()

    def send_request(self, due_at, number):
        keep_alive = number % 10 != 0
        connection = None
        while keep_alive and self.free and connection is None:
            candidate = self.free.pop()
            connection = candidate if candidate.socket.fileno() >= 0 else None
        connection = connection or self.open()
        connection.due_at, connection.keep_alive, connection.received = due_at, keep_alive, b""
        connection.unsent = self.keep_alive_request if keep_alive else self.closing_request
        if not connection.is_connecting:
            self.send(connection)

    def send(self, connection):
        try:
            sent = connection.socket.send(connection.unsent)
            connection.unsent = connection.unsent[sent:]
        except BlockingIOError:
            pass
        except OSError as error:
            self.fail(connection, error)

    def fail(self, connection, error):
        if connection.due_at is not None:
            is_refusal = isinstance(error, ConnectionRefusedError)
            (self.refused if is_refusal else self.lost).append(
                f"{error!r} after {len(connection.received)} bytes, {len(connection.unsent)} unsent")
        self.close(connection)

    def poll_once(self, timeout):
        for descriptor, event in self.poll.poll(timeout):
            connection = self.connections.get(descriptor)
            if connection is None:
                continue
            if connection.is_connecting and event & (select.EPOLLOUT | select.EPOLLERR | select.EPOLLHUP):
                error = connection.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if error:
                    self.fail(connection, OSError(error, "connect"))
                    continue
                connection.is_connecting = False
                self.poll.modify(connection.socket, select.EPOLLIN)
                self.send(connection)
            elif event & (select.EPOLLIN | select.EPOLLERR | select.EPOLLHUP):
                self.receive(connection)

    def receive(self, connection):
        try:
            data = connection.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError as error:
            return self.fail(connection, error)
        if not data:
            return self.fail(connection, ConnectionError("closed"))
        connection.received += data
        head, separator, body = connection.received.partition(b"\r\n\r\n")
        if not separator or connection.due_at is None:
            return
        length = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
        if len(body) < length:
            return
        if not head.startswith(b"HTTP/1.1 200") or b'"result"' not in body:
            self.lost.append(repr(connection.received[:200]))
        self.latencies.append(time.monotonic() - connection.due_at)
        connection.due_at = None
        if connection.keep_alive and b"Connection: close" not in head:
            self.free.append(connection)
        else:
            self.close(connection)

    def run(self, rate, is_stopping):
        """Returns (requests, seconds in which they were sent, refused, lost, latencies)."""
        started_at = time.monotonic()
        number = 0
        while not is_stopping.is_set():
            now = time.monotonic()
            while started_at + number / rate <= now:
                self.send_request(started_at + number / rate, number)
                number += 1
            self.poll_once(max(0.0, started_at + number / rate - time.monotonic()))
        seconds = time.monotonic() - started_at
        deadline = time.monotonic() + 60
        while any(connection.due_at is not None for connection in self.connections.values()) \
                and time.monotonic() < deadline:
            self.poll_once(0.1)
        for connection in list(self.connections.values()):
            if connection.due_at is not None:
                self.lost.append("not answered within a minute")
            self.close(connection)
        return number, seconds, self.refused, self.lost, self.latencies


def run_client(address, token, rate, is_stopping, results):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    results.put(ConstantRateLoad(address, token).run(rate, is_stopping))


def measure(restarts=20, rate=2000):
    token = new_token()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(socket.SOMAXCONN)
    address = listener.getsockname()
    config = settings("echo", listen=[f"127.0.0.1:{address[1]}"], limits={"connections_per_source": 10_000})

    server = Server(config, token=token, sockets=[listener])
    processes = multiprocessing.get_context("fork")
    is_stopping, queue = processes.Event(), processes.Queue()
    clients = [processes.Process(target=run_client, args=(address, token, rate / CLIENTS, is_stopping, queue))
               for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    gaps = []
    for _ in range(restarts):
        time.sleep(SECONDS_BETWEEN_RESTARTS)
        signalled_at = time.monotonic()
        server.stop()
        server = Server(config, token=token, sockets=[listener])
        gaps.append(time.monotonic() - signalled_at)
    time.sleep(SECONDS_BETWEEN_RESTARTS)
    is_stopping.set()
    results = [queue.get(timeout=120) for _ in clients]
    for client in clients:
        client.join()
    server.stop()

    requests, seconds, refused, lost, latencies = zip(*results)
    latencies = [latency for part in latencies for latency in part]
    report(f"{restarts} restarts, requests", sum(requests), "")
    report(f"{restarts} restarts, requests per second", sum(requests) / max(seconds), "")
    report_failures(f"{restarts} restarts, requests refused", [line for part in refused for line in part])
    report_failures(f"{restarts} restarts, requests lost", [line for part in lost for line in part])
    report(f"{restarts} restarts, from SIGTERM to the next ready line, longest", max(gaps), "s")
    report(f"{restarts} restarts, a request, p50", 1000 * quantile(latencies, 0.5), "ms")
    report(f"{restarts} restarts, a request, longest", max(latencies), "s")


if __name__ == "__main__":
    measure(*map(int, sys.argv[1:3]))
    sys.exit(1 if summary()[1] else 0)
