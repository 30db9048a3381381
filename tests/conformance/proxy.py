"""A proxy that adds a header field to every request, because the suite has no option for one.

It forwards everything else unchanged and immediately: Host, Origin and streams. When one side closes the
connection, it closes the other. It parses only the ends of requests, because a connection carries several.
"""

import asyncio
import contextlib
import socket
import threading


class Malformed(Exception):
    """A request without a recognizable end."""


async def read_head(reader):
    """The bytes up to and with the empty line; none at the end of the connection."""
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as end:
        if end.partial:
            raise Malformed("the head of a request is cut off") from None
        return b""


def fields_of(head):
    found = {}
    for line in head.split(b"\r\n")[1:]:
        name, _, text = line.partition(b":")
        found[name.strip().lower()] = text.strip()
    return found


async def pass_body(head, reader, writer):
    fields = fields_of(head)
    if fields.get(b"transfer-encoding", b"").lower() == b"chunked":
        while True:
            line = await reader.readuntil(b"\r\n")
            size = int(line.split(b";")[0], 16)
            writer.write(line + await reader.readexactly(size + 2))
            await writer.drain()
            if size == 0:
                return
    left = int(fields.get(b"content-length", b"0"))
    while left > 0:
        data = await reader.read(min(left, 65536))
        if not data:
            raise Malformed("the body of a request is cut off")
        writer.write(data)
        await writer.drain()
        left -= len(data)


async def pass_requests(reader, writer, field):
    while head := await read_head(reader):
        line, rest = head.split(b"\r\n", 1)
        writer.write(line + b"\r\n" + field + b"\r\n" + rest)
        await pass_body(head, reader, writer)
        await writer.drain()


async def pass_everything(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


class Proxy:
    """Has a port at once, and passes on from start() to stop(), on a thread of its own."""

    def __init__(self, name, text):
        self._field = f"{name}: {text}".encode("latin-1")
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.authority = f"127.0.0.1:{self.port}"
        self._serving = set()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._listen()), daemon=True)

    def start(self, address):
        """`address`: where requests go."""
        self._address = address
        self._thread.start()
        self._listening.wait()

    def stop(self):
        """What is still under way is cut off."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    async def _listen(self):
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        server = await asyncio.start_server(self._welcome, sock=self._socket, limit=1 << 20)
        self._listening.set()
        await self._over.wait()
        server.close()

    def _welcome(self, reader, writer):
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, client_reader, client_writer):
        writers = [client_writer]
        directions = []
        try:
            server_reader, server_writer = await asyncio.open_connection(*self._address)
            writers.append(server_writer)
            directions = [asyncio.create_task(pass_requests(client_reader, server_writer, self._field)),
                          asyncio.create_task(pass_everything(server_reader, client_writer))]
            # Who hangs up means both ways: that is how a client cancels.
            await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        except OSError:
            pass
        finally:
            for direction in directions:
                direction.cancel()
            await asyncio.gather(*directions, return_exceptions=True)
            for writer in writers:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
