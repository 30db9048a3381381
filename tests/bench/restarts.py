"""What a restart costs clients when the listening socket is handed over: nothing is lost and nothing refused.

usage: TOOLRACK_BUILD=build/release python3 tests/bench/restarts.py [RESTARTS [REQUESTS_A_SECOND]]

Keeps a listening socket, as systemd does, and the server that accepts on it; ends that with SIGTERM, waits until it has
ended, and starts the next, RESTARTS times (default: 20). Meanwhile two clients of 25 connections or more ask for
REQUESTS_A_SECOND (default: 2000) in all, whether earlier ones were answered or not; every tenth on a connection of its
own. Counts a request as refused when it could not connect, and as lost when no whole answer of 200 came. Ends with
1 when there is one of either.
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
from figures import quantile, report, report_none, summary  # noqa: E402
from harness import Server, new_token, request, rpc, settings  # noqa: E402

BETWEEN = 2.0  # seconds that a server serves before it is told to stop
CLIENTS = 2


class Asking:
    """One connection: connecting, waiting for an answer, or free for the next request."""

    def __init__(self, address):
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.is_connecting = self.socket.connect_ex(address) == errno.EINPROGRESS
        self.to_send = b""
        self.got = b""
        self.begun = None  # when its request was due; None while it is free
        self.is_kept = True


class Load:
    """Asks at a constant rate, however long the answers take."""

    def __init__(self, address, token):
        fields = {"Host": f"{address[0]}:{address[1]}", "Content-Type": "application/json",
                  "Authorization": f"Bearer {token}"}
        body = rpc("tools/call", {"name": "echo", "arguments": {"text": "x" * 100}})
        self.address = address
        self.keeping = request("POST", "/mcp", fields, body)
        self.closing = request("POST", "/mcp", fields | {"Connection": "close"}, body)
        self.poll = select.epoll()
        self.all, self.free = {}, collections.deque()
        self.refused, self.lost, self.times = [], [], []

    def open(self):
        one = Asking(self.address)
        self.all[one.socket.fileno()] = one
        self.poll.register(one.socket, select.EPOLLIN | (select.EPOLLOUT if one.is_connecting else 0))
        return one

    def close(self, one):
        del self.all[one.socket.fileno()]
        one.socket.close()

    def ask(self, due, number):
        is_kept = number % 10 != 0
        one = None
        while is_kept and self.free and one is None:
            candidate = self.free.pop()
            one = candidate if candidate.socket.fileno() >= 0 else None
        one = one or self.open()
        one.begun, one.is_kept, one.got = due, is_kept, b""
        one.to_send = self.keeping if is_kept else self.closing
        if not one.is_connecting:
            self.send(one)

    def send(self, one):
        try:
            sent = one.socket.send(one.to_send)
            one.to_send = one.to_send[sent:]
        except BlockingIOError:
            pass
        except OSError as error:
            self.fail(one, error)

    def fail(self, one, error):
        if one.begun is not None:
            is_refusal = isinstance(error, ConnectionRefusedError)
            (self.refused if is_refusal else self.lost).append(
                f"{error!r} after {len(one.got)} bytes, {len(one.to_send)} unsent")
        self.close(one)

    def come_round(self, patience):
        for number, event in self.poll.poll(patience):
            one = self.all.get(number)
            if one is None:
                continue
            if one.is_connecting and event & (select.EPOLLOUT | select.EPOLLERR | select.EPOLLHUP):
                failed = one.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if failed:
                    self.fail(one, OSError(failed, "connect"))
                    continue
                one.is_connecting = False
                self.poll.modify(one.socket, select.EPOLLIN)
                self.send(one)
            elif event & (select.EPOLLIN | select.EPOLLERR | select.EPOLLHUP):
                self.receive(one)

    def receive(self, one):
        try:
            more = one.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError as error:
            return self.fail(one, error)
        if not more:
            return self.fail(one, ConnectionError("ended"))
        one.got += more
        head, mark, body = one.got.partition(b"\r\n\r\n")
        if not mark or one.begun is None:
            return
        length = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
        if len(body) < length:
            return
        if not head.startswith(b"HTTP/1.1 200") or b'"result"' not in body:
            self.lost.append(repr(one.got[:200]))
        self.times.append(time.monotonic() - one.begun)
        one.begun = None
        if one.is_kept and b"Connection: close" not in head:
            self.free.append(one)
        else:
            self.close(one)

    def run(self, rate, is_over):
        begun = time.monotonic()
        number = 0
        while not is_over.is_set():
            now = time.monotonic()
            while begun + number / rate <= now:
                self.ask(begun + number / rate, number)
                number += 1
            self.come_round(max(0.0, begun + number / rate - time.monotonic()))
        asked_in = time.monotonic() - begun
        end = time.monotonic() + 60
        while any(one.begun is not None for one in self.all.values()) and time.monotonic() < end:
            self.come_round(0.1)
        for one in list(self.all.values()):
            if one.begun is not None:
                self.lost.append("not answered within a minute")
            self.close(one)
        return number, asked_in, self.refused, self.lost, self.times


def client(address, token, rate, is_over, tell):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    tell.put(Load(address, token).run(rate, is_over))


def measure(restarts=20, rate=2000):
    token = new_token()
    kept = socket.socket()
    kept.bind(("127.0.0.1", 0))
    kept.listen(socket.SOMAXCONN)
    address = kept.getsockname()
    config = settings("echo", listen=[f"127.0.0.1:{address[1]}"], limits={"connections_per_source": 10_000})

    server = Server(config, token=token, sockets=[kept])
    processes = multiprocessing.get_context("fork")
    is_over, tell = processes.Event(), processes.Queue()
    clients = [processes.Process(target=client, args=(address, token, rate / CLIENTS, is_over, tell))
               for _ in range(CLIENTS)]
    for one in clients:
        one.start()
    gaps = []
    for _ in range(restarts):
        time.sleep(BETWEEN)
        begun = time.monotonic()
        server.stop()  # says SIGTERM, once
        server = Server(config, token=token, sockets=[kept])
        gaps.append(time.monotonic() - begun)
    time.sleep(BETWEEN)
    is_over.set()
    told = [tell.get(timeout=120) for _ in clients]
    for one in clients:
        one.join()
    server.stop()

    asked, seconds = sum(one[0] for one in told), max(one[1] for one in told)
    times = [moment for one in told for moment in one[4]]
    report(f"{restarts} restarts, requests", asked, "")
    report(f"{restarts} restarts, requests a second", asked / seconds, "")
    report_none(f"{restarts} restarts, requests refused", [text for one in told for text in one[2]])
    report_none(f"{restarts} restarts, requests lost", [text for one in told for text in one[3]])
    report(f"{restarts} restarts, from the signal to the next one's ready line, at most", max(gaps), "s")
    report(f"{restarts} restarts, a request, median", 1000 * quantile(times, 0.5), "ms")
    report(f"{restarts} restarts, a request, longest", max(times), "s")


if __name__ == "__main__":
    measure(*map(int, sys.argv[1:3]))
    sys.exit(1 if summary()[1] else 0)
