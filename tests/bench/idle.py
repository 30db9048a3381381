"""What it costs to be there and say nothing: idle connections, idle TLS connections, open listen streams.

usage: TOOLRACK_BUILD=build/release python3 tests/bench/idle.py [CONNECTIONS [STREAMS]]

Opens CONNECTIONS (default: 10,000) that each asked once and stay, in clear text and then with TLS, and STREAMS
(default: half as many) of subscriptions/listen, and says what the whole server holds in memory with them, and how
long calls take meanwhile. Ends with 1 when it is more than 64 MiB, 300 MiB and 64 MiB; that is meant for 10,000, 10,000
and 5,000. Each source has its 2,000 connections: they come from several addresses of 127.0.0.0/8.
"""

import json
import pathlib
import resource
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from figures import quantile, report, summary  # noqa: E402
from harness import Server, modern, rpc, settings, trusting_anybody  # noqa: E402

PER_SOURCE = 1900
CALLS = 1000


def connect(server, number):
    made = socket.socket()
    made.settimeout(60)
    made.bind((f"127.0.0.{2 + number // PER_SOURCE}", 0))
    made.connect(server.addresses[0])
    return made


def read_answer(connection):
    """A whole answer that has a Content-Length."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise AssertionError(got)
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)


def idle(server, count):
    data = server.request(body=rpc("tools/list"))
    kept = []
    for number in range(count):
        connection = connect(server, number)
        connection.sendall(data)
        read_answer(connection)
        kept.append(connection)
    return kept


def idle_tls(server, count):
    """This side forgets its TLS once it has been used, and keeps the connection: 10,000 clients are elsewhere."""
    trust = trusting_anybody()
    data = server.request(body=rpc("tools/list"))
    kept = []
    for number in range(count):
        secured = trust.wrap_socket(connect(server, number), server_hostname="localhost")
        secured.sendall(data)
        read_answer(secured)
        kept.append(socket.socket(fileno=secured.detach()))
    return kept


def listening(server, count):
    message, fields = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
    data = server.request(body=message, fields=fields)
    kept = []
    for number in range(count):
        connection = connect(server, number)
        connection.sendall(data)
        got = b""
        while b"notifications/subscriptions/acknowledged" not in got:
            got += connection.recv(65536)
        kept.append(connection)
    return kept


def call_times(server):
    """Of an echo, in milliseconds, on one connection."""
    data = server.request(body=rpc("tools/call", {"name": "echo", "arguments": {"text": "x" * 100}}))
    times = []
    with server.connect() as connection:
        for _ in range(CALLS):
            begun = time.perf_counter()
            connection.send(data)
            if connection.read_response().status != 200:
                raise AssertionError("a call was not answered")
            times.append(1000 * (time.perf_counter() - begun))
    return times


def hold(what, server, opened, count, most):
    before = server.memory()
    kept = opened(server, count)
    memory = server.memory()
    report(f"{count} {what}, the whole server's memory", memory, "MiB", most)
    report(f"{count} {what}, memory of each", 1024 * (memory - before) / count, "KiB")
    times = call_times(server)
    report(f"{count} {what}, a call meanwhile, median", quantile(times, 0.5), "ms")
    report(f"{count} {what}, a call meanwhile, 99 of 100", quantile(times, 0.99), "ms")
    for connection in kept:
        connection.close()


def certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-keyout", folder / "tls.key", "-out", folder / "tls.crt"],
                   check=True, capture_output=True)
    return f"[tls]\ncertificate = {json.dumps(str(folder / 'tls.crt'))}\nkey = {json.dumps(str(folder / 'tls.key'))}\n"


def measure(count=10_000, streams=5_000):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    limits = {"connections": count + 100, "idle_timeout": "30m"}
    with Server(settings("echo", limits=limits)) as server:
        report("nobody, the whole server's memory", server.memory(), "MiB")
        hold("idle connections", server, idle, count, 64)
    with tempfile.TemporaryDirectory() as name:
        with Server(settings("echo", limits=limits, extra=certificate(pathlib.Path(name)))) as server:
            hold("idle connections of TLS", server, idle_tls, count, 300)
    with Server(settings("echo", limits=limits)) as server:
        hold("listen streams", server, listening, streams, 64)


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    measure(wanted, int(sys.argv[2]) if len(sys.argv) > 2 else wanted // 2)
    sys.exit(1 if summary()[1] else 0)
