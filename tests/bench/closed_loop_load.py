"""Closed-loop load: each keep-alive connection sends the next request when it has the response to the last one.

An event loop on a thread of its own runs all connections. A workload object supplies the requests and receives the
responses: next_request() and record(request). A connection that closes before the response counts as a response of
status 0.
"""

import asyncio
import re
import threading
import time

CONTENT_LENGTH = re.compile(rb"\r\nContent-Length: (\d+)\r\n")


class Request:
    """A request and its response. The times are time.time()."""

    __slots__ = ("data", "token", "sent_at", "answered_at", "status", "body")

    def __init__(self, data, token=None):
        self.data, self.token = data, token
        self.sent_at = self.answered_at = self.status = self.body = None


class ClientConnection(asyncio.Protocol):
    def __init__(self, load):
        self.load, self.buffer, self.pending = load, b"", None

    def connection_made(self, transport):
        self.transport = transport
        self.send_next()

    def send_next(self):
        if self.load.is_stopping:
            return self.transport.close()
        self.pending = self.load.workload.next_request()
        self.pending.sent_at = time.time()
        self.transport.write(self.pending.data)

    def data_received(self, data):
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        length = CONTENT_LENGTH.search(self.buffer, 0, end + 2)
        size = end + 4 + (int(length[1]) if length else 0)
        if len(self.buffer) < size:
            return
        status, body = int(self.buffer[9:12]), self.buffer[end + 4:size]
        server_closes = b"\r\nConnection: close\r\n" in self.buffer[:end + 2]
        self.buffer = self.buffer[size:]
        self.finish(status, body)
        if server_closes:
            self.transport.close()
        elif self.load.pause:
            self.load.loop.call_later(self.load.pause, self.send_next)
        else:
            self.send_next()

    def finish(self, status, body):
        request, self.pending = self.pending, None
        request.answered_at, request.status, request.body = time.time(), status, body
        self.load.responses += 1
        self.load.workload.record(request)

    def connection_lost(self, error):
        if self.pending:
            self.finish(0, str(error or "the connection was closed").encode())
        self.load.connections.discard(self)


class ClosedLoopLoad:
    """`with ClosedLoopLoad(port, workload, connections=16, pause=0.001):` runs until the end of the block."""

    def __init__(self, port, workload, connections=16, pause=0):
        self.port, self.workload, self.connection_count, self.pause = port, workload, connections, pause
        self.loop, self.is_stopping, self.responses, self.connections = asyncio.new_event_loop(), False, 0, set()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.started_at = time.monotonic()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_stopping = True
        self.thread.join(30)
        self.seconds = time.monotonic() - self.started_at

    def _run(self):
        self.loop.run_until_complete(self._keep_connected())
        self.loop.close()

    async def _keep_connected(self):
        while not self.is_stopping:
            while len(self.connections) < self.connection_count:
                try:
                    _, connection = await self.loop.create_connection(lambda: ClientConnection(self), "127.0.0.1",
                                                                      self.port)
                    self.connections.add(connection)
                except OSError as error:
                    self._record_refusal(error)
                    await asyncio.sleep(0.05)
            await asyncio.sleep(0.01)
        deadline = time.monotonic() + 10
        while any(connection.pending for connection in self.connections) and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        for connection in list(self.connections):
            connection.transport.close()
        await asyncio.sleep(0)

    def _record_refusal(self, error):
        refused = Request(b"")
        refused.sent_at = refused.answered_at = time.time()
        refused.status, refused.body = 0, str(error).encode()
        self.workload.record(refused)


class RepeatedRequest:
    """A workload of one request. Keeps the latencies, in seconds, and every response that was not 200."""

    def __init__(self, data):
        self.data, self.latencies, self.failures = data, [], []

    def next_request(self):
        return Request(self.data)

    def record(self, request):
        self.latencies.append(request.answered_at - request.sent_at)
        if request.status != 200:
            self.failures.append(f"{request.status} {request.body[:200]}")
