"""Constant load: keep-alive connections that each ask, look at the answer and ask again.

One thread with a loop of its own. What to ask next, and whether an answer is the right one, is said by a
`script`; a connection that ends while it waits for an answer is an answer too, of status 0.
"""

import asyncio
import re
import threading
import time

LENGTH = re.compile(rb"\r\nContent-Length: (\d+)\r\n")


class Asked:
    """A request and, later, what came of it."""

    __slots__ = ("data", "about", "sent", "answered", "status", "body")

    def __init__(self, data, about=None):
        self.data, self.about = data, about
        self.sent = self.answered = self.status = self.body = None


class Caller(asyncio.Protocol):
    def __init__(self, load):
        self.load, self.buffer, self.asked = load, b"", None

    def connection_made(self, transport):
        self.transport = transport
        self.ask()

    def ask(self):
        if self.load.is_over:
            return self.transport.close()
        self.asked = self.load.script.next()
        self.asked.sent = time.time()
        self.transport.write(self.asked.data)

    def data_received(self, data):
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        length = LENGTH.search(self.buffer, 0, end + 2)
        whole = end + 4 + (int(length[1]) if length else 0)
        if len(self.buffer) < whole:
            return
        status, body = int(self.buffer[9:12]), self.buffer[end + 4:whole]
        is_last = b"\r\nConnection: close\r\n" in self.buffer[:end + 2]
        self.buffer = self.buffer[whole:]
        self.answered(status, body)
        if is_last:
            self.transport.close()
        elif self.load.pause:
            self.load.loop.call_later(self.load.pause, self.ask)
        else:
            self.ask()

    def answered(self, status, body):
        asked, self.asked = self.asked, None
        asked.answered, asked.status, asked.body = time.time(), status, body
        self.load.answers += 1
        self.load.script.answered(asked)

    def connection_lost(self, why):
        if self.asked:
            self.answered(0, str(why or "the connection was closed").encode())
        self.load.gone(self)


class Load:
    """`with Load(port, script, connections=16, pause=0.001):` runs until the end of the block."""

    def __init__(self, port, script, connections=16, pause=0):
        self.port, self.script, self.connections, self.pause = port, script, connections, pause
        self.loop, self.is_over, self.answers, self.open = asyncio.new_event_loop(), False, 0, set()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.begun = time.monotonic()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.thread.join(30)
        self.seconds = time.monotonic() - self.begun

    def _run(self):
        self.loop.run_until_complete(self._keep_open())
        self.loop.close()

    async def _keep_open(self):
        while not self.is_over:
            while len(self.open) < self.connections:
                try:
                    _, caller = await self.loop.create_connection(lambda: Caller(self), "127.0.0.1", self.port)
                    self.open.add(caller)
                except OSError as why:
                    refused = Asked(b"")
                    refused.sent = refused.answered = time.time()
                    refused.status, refused.body = 0, str(why).encode()
                    self.script.answered(refused)
                    await asyncio.sleep(0.05)
            await asyncio.sleep(0.01)
        # What is under way is answered first.
        end = time.monotonic() + 10
        while any(caller.asked for caller in self.open) and time.monotonic() < end:
            await asyncio.sleep(0.01)
        for caller in list(self.open):
            caller.transport.close()
        await asyncio.sleep(0)

    def gone(self, caller):
        self.open.discard(caller)


class SameAgain:
    """Asks one thing over and over; keeps how long each answer took, and those that were not 200."""

    def __init__(self, data):
        self.data, self.seconds, self.wrong = data, [], []

    def next(self):
        return Asked(self.data)

    def answered(self, asked):
        self.seconds.append(asked.answered - asked.sent)
        if asked.status != 200:
            self.wrong.append(f"{asked.status} {asked.body[:200]}")
