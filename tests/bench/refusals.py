"""What refusing costs: very many answers of each kind of error leave no descriptor behind, and no memory.

usage: TOOLRACK_BUILD=build/release python3 tests/bench/refusals.py [COUNT]

Sends COUNT (default: 1000) requests that get each of 400, 401, 403, 404, 405, 413 and 415, over connections that are
used again where the server allows it and made anew where it does not. Ends with 1 when one kind left descriptors
open, or, from 100,000 of each on, more than 4 MB of memory.
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
AHEAD = 32  # requests sent before the first answer is read, where connections are used again
FEW = 100_000
MOST_MEMORY = 4.0


def kinds(server):
    """{status: the bytes of a request}, each refused for another reason."""
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
    """Sends one request again and again, and counts the answers of the status it must get."""

    def __init__(self, address, data, status):
        self.address, self.data = address, data
        self.begin = b"HTTP/1.1 %d " % status
        self.closes = None  # whether the server ends the connection with each answer; known after the first

    def connect(self):
        made = socket.create_connection(self.address, timeout=60)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def one(self):
        with self.connect() as connection:
            connection.sendall(self.data)
            answer = b""
            while more := connection.recv(65536):
                answer += more
                if b"\r\n\r\n" in answer and b"Connection: close" not in answer:
                    break
        if not answer.startswith(self.begin):
            raise AssertionError(f"expected {self.begin!r}, got {answer[:300]!r}")
        self.closes = b"Connection: close" in answer

    def run(self, count):
        self.one()
        count -= 1
        if self.closes:
            for _ in range(count):
                self.one()
            return
        with self.connect() as connection:
            while count > 0:
                batch = min(AHEAD, count)
                connection.sendall(self.data * batch)
                waiting, answers = batch, b""
                while waiting:
                    more = connection.recv(1 << 20)
                    if not more:
                        raise AssertionError(f"ended after {answers[-300:]!r}")
                    answers += more
                    found = answers.count(self.begin)
                    if answers.count(b"HTTP/1.1 ") != found:
                        raise AssertionError(f"expected only {self.begin!r}, got {answers[:600]!r}")
                    if found == waiting and answers.endswith(b"}"):
                        waiting = 0
                count -= batch


def ask(address, data, status, count):
    """All of them, with several clients at once."""
    failed = []

    def work(share):
        try:
            Client(address, data, status).run(share)
        except Exception as error:
            failed.append(error)

    shares = [count // CLIENTS + (1 if index < count % CLIENTS else 0) for index in range(CLIENTS)]
    threads = [threading.Thread(target=work, args=(share,)) for share in shares if share]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def is_alone(server):
    """Whether every connection has ended on the server's side, too."""
    port = f":{server.port:04X}"
    with open(f"/proc/{server.pid}/net/tcp", encoding="ascii") as table:
        lines = [line.split() for line in table.readlines()[1:]]
    states = [state for _, local, _, state, *_ in lines if local.endswith(port)]
    return "01" not in states and "08" not in states  # established, close-wait


def measure(count=1_000_000):
    with Server(settings("echo")) as server:
        address = server.addresses[0]
        # What is made at first use is not what is lost.
        for status, data in kinds(server).items():
            ask(address, data, status, min(count, 2000))
        wait_until(lambda: is_alone(server))
        for status, data in kinds(server).items():
            files, memory, begun = server.open_files(), server.memory(), time.monotonic()
            ask(address, data, status, count)
            rate = count / (time.monotonic() - begun)
            wait_until(lambda: is_alone(server))
            report(f"{count} answers of {status}, a second", rate, "")
            report(f"{count} answers of {status}, descriptors more than before", server.open_files() - files, "", 0)
            report(f"{count} answers of {status}, memory more than before", server.memory() - memory, "MB",
                   MOST_MEMORY if count >= FEW else None)
        if server.post(rpc("tools/list")).status != 200:
            raise AssertionError("it serves nobody any more")


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    sys.exit(1 if summary()[1] else 0)
