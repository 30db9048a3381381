"""The clients of a soak: correct ones, which check every response, and faulty ones of many kinds.

Each method uses one connection once. A thread of its own calls it again and again.
"""

import json
import random
import secrets
import socket
import struct
import time

from harness import Closed, Session, modern, request, rpc

RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER
PAUSE = 0.01
STREAM_CLOSE_LIMIT = 5.0  # seconds from the end of a token to the end of its streams, on a busy machine


class Clients:
    def __init__(self, server, tokens, results, is_stopping):
        self.server, self.tokens, self.results, self.is_stopping = server, tokens, results, is_stopping

    def run(self, client):
        while not self.is_stopping.is_set():
            try:
                client()
            except (OSError, Closed) as error:
                if not self.is_stopping.is_set():
                    self.results.add_failure(client.__name__, f"lost its connection: {error!r}")
            except Exception as error:
                self.results.add_failure(client.__name__, repr(error))

    def connect(self):
        """To one of the server's addresses: TCP, or a Unix socket."""
        return self.server.connect(random.choice(self.server.addresses))

    def request(self, connection, token, body, fields):
        """Returns the response; None when it is a refusal because the token ended meanwhile."""
        sent_at = time.time()
        connection.send(self.server.request(body=body, fields=fields, token=token))
        response = connection.read_response()
        if response.status in (401, 429) and not self.tokens.must_be_accepted(token, time.time()):
            return None
        if response.status == 200 and self.tokens.must_be_refused(token, sent_at):
            self.results.add_failure("a token", "was accepted after its end")
        return response

    # Correct clients.

    def caller(self):
        """Many calls on one connection, each with a text of its own."""
        with self.connect() as connection:
            for _ in range(random.randint(1, 60)):
                if self.is_stopping.is_set():
                    return
                if not self.call(connection, "caller", secrets.token_hex(random.choice((8, 8, 8, 2000)))):
                    return
                time.sleep(PAUSE * random.random())

    def call(self, connection, client, text):
        """Calls echo. Returns False when the token ended meanwhile: the server has closed the connection."""
        started_at = time.monotonic()
        id = text[:16]
        body, fields = modern("tools/call", {"name": "echo", "arguments": {"text": text}}, id=id)
        response = self.request(connection, self.tokens.any_valid(), body, fields)
        if response is None:
            return False
        answer = response.answer
        result = answer.get("result")
        if answer.get("id") == id and result and result["content"][0]["text"] == text:
            self.results.add_correct(client)
            return True
        is_error = response.status == 200 and answer.get("id") == id and "error" in answer
        if not (is_error and self.results.allows_crash_error(started_at)):
            self.results.add_failure(client, f"{response.status} {response.body[:300]}")
        return True

    def slow_caller(self):
        """Calls that last long enough to overlap reloads and crashes. Progress arrives as a stream."""
        with self.connect() as connection:
            started_at = time.monotonic()
            if random.random() < 0.5:
                body, fields = modern("tools/call", {"name": "slow", "arguments": {"ms": random.randint(0, 1500)}},
                                      id=7)
            else:
                body, fields = modern("tools/call", {"name": "notifies", "arguments": {}}, id=7,
                                      meta={"progressToken": "p"})
            response = self.request(connection, self.tokens.any_valid(), body, fields)
            if response is None:
                return
            answer = response.answer
            steps = [message["params"]["progress"] for message in response.messages[:-1]
                     if message["method"] == "notifications/progress"]
            if "result" in answer and answer["id"] == 7 and steps in ([], [1, 2, 3]):
                self.results.add_correct("slow_caller")
            elif not ("error" in answer and self.results.allows_crash_error(started_at)):
                self.results.add_failure("slow_caller", f"{response.status} {response.body[:300]}")

    def session_client(self):
        """A legacy client: a session with some calls and sometimes a GET stream, which is not always ended."""
        token = self.tokens.any_unlimited()
        try:
            self.use_session(token)
        except AssertionError:
            if self.tokens.must_be_accepted(token, time.time()):
                raise

    def use_session(self, token):
        session = Session(self.server, random.choice(("2025-11-25", "2025-06-18", "2025-03-26")), token=token)
        for number in range(random.randint(1, 5)):
            started_at, text = time.monotonic(), secrets.token_hex(8)
            response = session.request("tools/call", {"name": "echo", "arguments": {"text": text}}, id=number)
            if response.status in (401, 429) and not self.tokens.must_be_accepted(token, time.time()):
                return
            result = response.answer.get("result")
            if result and result["content"][0]["text"] == text and response.answer["id"] == number:
                self.results.add_correct("session_client")
            elif not self.results.allows_crash_error(started_at):
                self.results.add_failure("session_client", f"{response.status} {response.body[:300]}")
        if random.random() < 0.5:
            session.listen().close()
        if random.random() < 0.7:
            response = session.send("DELETE")
            assert response.status == 204, f"the session could not be ended: {response.status}"

    def listener(self):
        """Listens for a while. Only list changes may arrive, and the stream must end with its token."""
        body, fields = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}}, id="l")
        token, end = self.tokens.any_unlimited(), time.monotonic() + random.uniform(1, 30)
        with self.connect() as connection:
            connection.send(self.server.request(body=body, fields=fields | {"Accept": "text/event-stream"},
                                                token=token))
            status, _ = connection.read_head()
            if status != 200:
                if self.tokens.must_be_accepted(token, time.time()):
                    self.results.add_failure("listener", f"{status}")
                return
            first = connection.read_event()[0]
            if first["method"] != "notifications/subscriptions/acknowledged":
                return self.results.add_failure("listener", f"received {first} first")
            while time.monotonic() < end and not self.is_stopping.is_set():
                if connection.is_silent(0.2):
                    if self.tokens.must_be_refused(token, time.time() - STREAM_CLOSE_LIMIT):
                        return self.results.add_failure("listener", "the stream outlived its token")
                    continue
                lines = connection.read_block()
                if not lines:
                    if self.tokens.must_be_accepted(token, time.time()):
                        self.results.add_failure("listener", "the stream ended although its token is valid")
                    return
                for line in lines:
                    if line.startswith("data: ") \
                            and json.loads(line[6:]).get("method") != "notifications/tools/list_changed":
                        self.results.add_failure("listener", f"received {line[:200]}")
            self.results.add_correct("listener")

    def slow_reader(self):
        """Reads a long response in small pieces, and must receive all of it."""
        with self.connect() as connection:
            text = secrets.token_hex(200_000)
            body, fields = modern("tools/call", {"name": "echo", "arguments": {"text": text}}, id="slow")
            started_at, token = time.monotonic(), self.tokens.any_unlimited()
            connection.send(self.server.request(body=body, fields=fields, token=token))
            for _ in range(random.randint(5, 50)):
                connection.buffer_some(4096)
                time.sleep(0.02)
            response = connection.read_response()
            if response.status == 200 and response.result and response.result["content"][0]["text"] == text:
                self.results.add_correct("slow_reader")
            elif not self.results.allows_crash_error(started_at) and self.tokens.must_be_accepted(token, time.time()):
                self.results.add_failure("slow_reader", f"{response.status}, {len(response.body)} bytes")

    # Faulty clients.

    def unauthenticated_client(self):
        """Sends an invalid token, and must be refused."""
        token = random.choice((secrets.token_hex(32), "trk_" + "0" * 63, "a.b.c", "", "x" * 3000))
        with self.connect() as connection:
            connection.send(self.server.request(body=rpc("tools/call", {"name": "echo", "arguments": {"text": "x"}}),
                                                token=token or None))
            status = connection.read_response().status
        if status not in (401, 429):
            return self.results.add_failure("unauthenticated_client", f"{status} for {token[:20]}")
        self.results.add_correct("unauthenticated_client")
        time.sleep(PAUSE)

    def malformed_client(self):
        """Sends an invalid request, and must get an error or a closed connection."""
        token = f"Bearer {self.tokens.any_unlimited()}"
        fields = {"Host": "localhost", "Authorization": token, "Content-Type": "application/json"}
        data = random.choice((
            secrets.token_bytes(200) + b"\r\n\r\n",
            b"GET /mcp HTTP/1.1\r\n\r\n",
            b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
            b"0\r\n\r\n",
            request("POST", "/mcp", {"Host": "evil.example.com", "Authorization": token}, b"{}"),
            request("POST", "/mcp", fields | {"Origin": "https://evil.example.com"}, b"{}"),
            request("POST", "/mcp", fields, b'{"jsonrpc":'),
            request("POST", "/mcp", fields, b"[" * 100_000),
            request("POST", "/mcp", fields, b'{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list"}'),
            request("POST", "/mcp", fields, rpc("no/such/method")),
            request("POST", "/mcp", fields, rpc("tools/call", {"name": "no-such-tool"})),
            request("POST", "/mcp", fields, rpc("tools/call", {"name": "echo", "arguments": {"text": 7}})),
            request("POST", "/mcp", fields | {"Content-Length": "99999999"}),
            request("POST", "/nowhere", fields, b"{}"),
            request("PATCH", "/mcp", fields, b"{}"),
            b"POST /mcp HTTP/1.1\r\n" + b"X: y\r\n" * 5000 + b"\r\n"))
        with self.connect() as connection:
            connection.send(data)
            try:
                response = connection.read_response()
            except Closed:
                return self.results.add_correct("malformed_client")
            if 400 <= response.status < 500 or b'"error"' in response.body or b'"isError":true' in response.body:
                return self.results.add_correct("malformed_client")
            self.results.add_failure("malformed_client", f"{response.status} {response.body[:200]} for {data[:120]}")

    def slow_sender(self):
        """Sends a request in small pieces, and often only a part of it."""
        data = self.server.request(body=rpc("tools/list"), token=self.tokens.any_unlimited())
        with self.connect() as connection:
            for at in range(0, random.randint(10, len(data)), 7):
                connection.send(data[at:at + 7])
                time.sleep(0.01)
                if self.is_stopping.is_set():
                    return
        self.results.add_correct("slow_sender")

    def leaving_client(self):
        """Closes or resets its connection before the response."""
        name, arguments = random.choice((("echo", {"text": "y" * random.choice((10, 300_000))}), ("slow", {"ms": 2000}),
                                         ("notifies", {}), ("stuck_never_answers", {})))
        body, fields = modern("tools/call", {"name": name, "arguments": arguments}, meta={"progressToken": "p"})
        with self.connect() as connection:
            connection.send(self.server.request(body=body, fields=fields, token=self.tokens.any_unlimited()))
            if random.random() < 0.5:
                connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            time.sleep(random.choice((0, 0, 0.05)))
        self.results.add_correct("leaving_client")
