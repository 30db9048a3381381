"""The memory and the call latency of a server with idle connections, idle TLS connections and open listen streams.

usage: TOOLRACK_BUILD=build/release python3 tests/bench/idle_connections.py [CONNECTIONS [STREAMS]]

Opens CONNECTIONS (default: 10,000) that send one request each and stay open, first in clear text, then with TLS; then
opens STREAMS (default: CONNECTIONS / 2) of subscriptions/listen. Reports the memory of the server and the latency of
calls on another connection. Exits with 1 when the memory exceeds 64, 300 or 64 MiB; these limits are for 10,000,
10,000 and 5,000. The clients use several addresses of 127.0.0.0/8, because a source may have only 2,000 connections.
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
from harness import Server, modern, rpc, settings, unverified_tls  # noqa: E402

CONNECTIONS_PER_SOURCE = 1900
CALLS = 1000


def connect(server, number):
    connection = socket.socket()
    connection.settimeout(60)
    connection.bind((f"127.0.0.{2 + number // CONNECTIONS_PER_SOURCE}", 0))
    connection.connect(server.addresses[0])
    return connection


def read_response(connection):
    """Reads a response with a Content-Length."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise AssertionError(received)
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)


def open_idle(server, count):
    data = server.request(body=rpc("tools/list"))
    connections = []
    for number in range(count):
        connection = connect(server, number)
        connection.sendall(data)
        read_response(connection)
        connections.append(connection)
    return connections


def open_idle_tls(server, count):
    """Drops the client's TLS state after the request and keeps the socket, to save the memory of the clients."""
    trust = unverified_tls()
    data = server.request(body=rpc("tools/list"))
    connections = []
    for number in range(count):
        secured = trust.wrap_socket(connect(server, number), server_hostname="localhost")
        secured.sendall(data)
        read_response(secured)
        connections.append(socket.socket(fileno=secured.detach()))
    return connections


def open_streams(server, count):
    message, fields = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
    data = server.request(body=message, fields=fields)
    connections = []
    for number in range(count):
        connection = connect(server, number)
        connection.sendall(data)
        received = b""
        while b"notifications/subscriptions/acknowledged" not in received:
            received += connection.recv(65536)
        connections.append(connection)
    return connections


def call_latencies(server):
    """In milliseconds, of echo calls on one connection."""
    data = server.request(body=rpc("tools/call", {"name": "echo", "arguments": {"text": "x" * 100}}))
    latencies = []
    with server.connect() as connection:
        for _ in range(CALLS):
            started_at = time.perf_counter()
            connection.send(data)
            if connection.read_response().status != 200:
                raise AssertionError("a call failed")
            latencies.append(1000 * (time.perf_counter() - started_at))
    return latencies


def measure_open(name, server, open_connections, count, memory_limit):
    before = server.memory()
    connections = open_connections(server, count)
    memory = server.memory()
    report(f"{count} {name}, memory of the server", memory, "MiB", memory_limit)
    report(f"{count} {name}, memory of each", 1024 * (memory - before) / count, "KiB")
    latencies = call_latencies(server)
    report(f"{count} {name}, a call meanwhile, p50", quantile(latencies, 0.5), "ms")
    report(f"{count} {name}, a call meanwhile, p99", quantile(latencies, 0.99), "ms")
    for connection in connections:
        connection.close()


def tls_table(folder):
    """Makes a certificate in the folder. Returns the [tls] table that names it."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-keyout", folder / "tls.key", "-out", folder / "tls.crt"],
                   check=True, capture_output=True)
    return f"[tls]\ncertificate = {json.dumps(str(folder / 'tls.crt'))}\nkey = {json.dumps(str(folder / 'tls.key'))}\n"


def measure(count=10_000, streams=5_000):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    limits = {"connections": count + 100, "idle_timeout": "30m"}
    with Server(settings("echo", limits=limits)) as server:
        report("no connections, memory of the server", server.memory(), "MiB")
        measure_open("idle connections", server, open_idle, count, 64)
    with tempfile.TemporaryDirectory() as name:
        with Server(settings("echo", limits=limits, extra=tls_table(pathlib.Path(name)))) as server:
            measure_open("idle TLS connections", server, open_idle_tls, count, 300)
    with Server(settings("echo", limits=limits)) as server:
        measure_open("listen streams", server, open_streams, streams, 64)


if __name__ == "__main__":
    connection_count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    measure(connection_count, int(sys.argv[2]) if len(sys.argv) > 2 else connection_count // 2)
    sys.exit(1 if summary()[1] else 0)
