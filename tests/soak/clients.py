"""The clients of a soak: good ones, who look at every answer, and all kinds of bad ones.

Each is a function that does one thing with one connection, and is called again and again by a thread of its own.
"""

import json
import random
import secrets
import socket
import struct
import time

from harness import Closed, Session, modern, request, rpc

LINGER_NOT = struct.pack("ii", 1, 0)
RESTED = 0.01
LATEST_END = 5.0  # seconds after which a stream is over for sure, however busy the machine is


class Clients:
    def __init__(self, server, wallet, judge):
        self.server, self.wallet, self.judge = server, wallet, judge

    def run(self, what):
        """A thread's whole life."""
        while not self.judge.is_over.is_set():
            try:
                what()
            except (OSError, Closed) as lost:
                if not self.judge.is_over.is_set():
                    self.judge.bad(what.__name__, f"lost its connection: {lost!r}")
            except Exception as odd:  # told at the end, like any other wrong answer
                self.judge.bad(what.__name__, repr(odd))

    def connect(self):
        """Half of them over TLS, half over a socket of this machine."""
        return self.server.connect(random.choice(self.server.addresses))

    def ask(self, connection, token, body, fields):
        """The answer to one request; None when the token's end came in between."""
        begun = time.time()
        connection.send(self.server.request(body=body, fields=fields, token=token))
        response = connection.read_response()
        if response.status in (401, 429) and not self.wallet.must_count(token, time.time()):
            return None
        if response.status == 200 and self.wallet.must_not_count(token, begun):
            self.judge.bad("a token", "was let in after its end")
        return response

    # Good ones.

    def caller(self):
        """Many calls on one connection, each with something that nobody else says."""
        with self.connect() as connection:
            for _ in range(random.randint(1, 60)):
                if self.judge.is_over.is_set():
                    return
                if not self.call(connection, "caller", secrets.token_hex(random.choice((8, 8, 8, 2000)))):
                    return
                time.sleep(RESTED * random.random())

    def call(self, connection, who, nonce, tool="echo", arguments=None):
        """False when the token's end came in between: who is refused is hung up on."""
        begun = time.monotonic()
        body, fields = modern("tools/call", {"name": tool, "arguments": arguments or {"text": nonce}}, id=nonce[:16])
        response = self.ask(connection, self.wallet.any(), body, fields)
        if response is None:
            return False
        said = response.json if not response.is_stream else response.messages[-1]
        result = said.get("result")
        if said.get("id") == nonce[:16] and result and result["content"][0]["text"] == nonce:
            self.judge.good(who)
            return True
        is_told = response.status == 200 and said.get("id") == nonce[:16] and "error" in said
        if not (is_told and self.judge.is_excused(begun)):
            self.judge.bad(who, f"{response.status} {response.body[:300]}")
        return True

    def slow_caller(self):
        """Calls that take a while, so that reloads and deaths meet them; progress comes as a stream."""
        with self.connect() as connection:
            begun = time.monotonic()
            if random.random() < 0.5:
                body, fields = modern("tools/call", {"name": "slow", "arguments": {"ms": random.randint(0, 1500)}},
                                      id=7)
            else:
                body, fields = modern("tools/call", {"name": "notifies", "arguments": {}}, id=7,
                                      meta={"progressToken": "p"})
            response = self.ask(connection, self.wallet.any(), body, fields)
            if response is None:
                return
            answer = response.messages[-1] if response.is_stream else response.json
            steps = [one["params"]["progress"] for one in response.messages[:-1]
                     if one["method"] == "notifications/progress"] if response.is_stream else []
            if "result" in answer and answer["id"] == 7 and steps in ([], [1, 2, 3]):
                self.judge.good("slow_caller")
            elif not ("error" in answer and self.judge.is_excused(begun)):
                self.judge.bad("slow_caller", f"{response.status} {response.body[:300]}")

    def session(self):
        """An older client: a session, some calls, its own stream, and sometimes no good-bye."""
        token = self.wallet.newest()
        try:
            self.use_a_session(token)
        except AssertionError:
            if self.wallet.must_count(token, time.time()):
                raise  # else it was refused in between, as it should be

    def use_a_session(self, token):
        session = Session(self.server, random.choice(("2025-11-25", "2025-06-18", "2025-03-26")), token=token)
        for number in range(random.randint(1, 5)):
            begun, nonce = time.monotonic(), secrets.token_hex(8)
            response = session.request("tools/call", {"name": "echo", "arguments": {"text": nonce}}, id=number)
            if response.status in (401, 429) and not self.wallet.must_count(token, time.time()):
                return
            result = response.answer.get("result")
            if result and result["content"][0]["text"] == nonce and response.answer["id"] == number:
                self.judge.good("session")
            elif not self.judge.is_excused(begun):
                self.judge.bad("session", f"{response.status} {response.body[:300]}")
        if random.random() < 0.5:
            session.listen().close()
        if random.random() < 0.7:
            response = session.send("DELETE")
            assert response.status == 204, f"the session could not be ended: {response.status}"

    def listener(self):
        """Listens for a while, and hears of changes or nothing; the stream ends when its token does."""
        body, fields = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}}, id="l")
        token, end = self.wallet.newest(), time.monotonic() + random.uniform(1, 30)
        with self.connect() as connection:
            connection.send(self.server.request(body=body, fields=fields | {"Accept": "text/event-stream"},
                                                token=token))
            status, _ = connection.read_head()
            if status != 200:
                if self.wallet.must_count(token, time.time()):
                    self.judge.bad("listener", f"{status}")
                return
            heard = connection.read_event()[0]
            if heard["method"] != "notifications/subscriptions/acknowledged":
                return self.judge.bad("listener", f"heard {heard} first")
            while time.monotonic() < end and not self.judge.is_over.is_set():
                if connection.is_silent(0.2):
                    if self.wallet.must_not_count(token, time.time() - LATEST_END):
                        return self.judge.bad("listener", "its stream outlived its token")
                    continue
                lines = connection.read_block()
                if not lines:
                    if self.wallet.must_count(token, time.time()):
                        self.judge.bad("listener", "its stream ended although its token counts")
                    return
                for line in lines:
                    if line.startswith("data: ") \
                            and json.loads(line[6:]).get("method") != "notifications/tools/list_changed":
                        self.judge.bad("listener", f"heard {line[:200]}")
            self.judge.good("listener")

    def slow_reader(self):
        """Reads a long answer in small bites, and gets all of it."""
        with self.connect() as connection:
            nonce = secrets.token_hex(200_000)
            body, fields = modern("tools/call", {"name": "echo", "arguments": {"text": nonce}}, id="slow")
            begun, token = time.monotonic(), self.wallet.newest()
            connection.send(self.server.request(body=body, fields=fields, token=token))
            for _ in range(random.randint(5, 50)):
                connection.nibble(4096)
                time.sleep(0.02)
            response = connection.read_response()
            if response.status == 200 and response.result and response.result["content"][0]["text"] == nonce:
                self.judge.good("slow_reader")
            elif not self.judge.is_excused(begun) and self.wallet.must_count(token, time.time()):
                self.judge.bad("slow_reader", f"{response.status}, {len(response.body)} bytes")

    # Bad ones.

    def stranger(self):
        """Shows what nobody gave it; is refused, and hung up on."""
        token = random.choice((secrets.token_hex(32), "trk_" + "0" * 63, "a.b.c", "", "x" * 3000))
        with self.connect() as connection:
            connection.send(self.server.request(body=rpc("tools/call", {"name": "echo", "arguments": {"text": "x"}}),
                                                token=token or None))
            status = connection.read_response().status
        if status not in (401, 429):
            return self.judge.bad("stranger", f"{status} for {token[:20]}")
        self.judge.good("stranger")
        time.sleep(RESTED)

    def babbler(self):
        """Talks nonsense, and is told so or hung up on."""
        token = f"Bearer {self.wallet.newest()}"
        host = {"Host": "localhost", "Authorization": token, "Content-Type": "application/json"}
        nonsense = random.choice((
            secrets.token_bytes(200) + b"\r\n\r\n",
            b"GET /mcp HTTP/1.1\r\n\r\n",
            b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
            b"0\r\n\r\n",
            request("POST", "/mcp", {"Host": "evil.example.com", "Authorization": token}, b"{}"),
            request("POST", "/mcp", host | {"Origin": "https://evil.example.com"}, b"{}"),
            request("POST", "/mcp", host, b'{"jsonrpc":'),
            request("POST", "/mcp", host, b"[" * 100_000),
            request("POST", "/mcp", host, b'{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list"}'),
            request("POST", "/mcp", host, rpc("no/such/method")),
            request("POST", "/mcp", host, rpc("tools/call", {"name": "no-such-tool"})),
            request("POST", "/mcp", host, rpc("tools/call", {"name": "echo", "arguments": {"text": 7}})),
            request("POST", "/mcp", host | {"Content-Length": "99999999"}),
            request("POST", "/nowhere", host, b"{}"),
            request("PATCH", "/mcp", host, b"{}"),
            b"POST /mcp HTTP/1.1\r\n" + b"X: y\r\n" * 5000 + b"\r\n"))
        with self.connect() as connection:
            connection.send(nonsense)
            try:
                response = connection.read_response()
            except Closed:
                return self.judge.good("babbler")
            if 400 <= response.status < 500 or b'"error"' in response.body or b'"isError":true' in response.body:
                return self.judge.good("babbler")
            self.judge.bad("babbler", f"{response.status} {response.body[:200]} for {nonsense[:120]}")

    def dawdler(self):
        """Sends a request byte by byte, and often enough never the end of it."""
        data = self.server.request(body=rpc("tools/list"), token=self.wallet.newest())
        with self.connect() as connection:
            for at in range(0, random.randint(10, len(data)), 7):
                connection.send(data[at:at + 7])
                time.sleep(0.01)
                if self.judge.is_over.is_set():
                    return
        self.judge.good("dawdler")

    def deserter(self):
        """Asks, and is gone before there is an answer: with or without a word."""
        name, arguments = random.choice((("echo", {"text": "y" * random.choice((10, 300_000))}), ("slow", {"ms": 2000}),
                                         ("notifies", {}), ("stuck_never_answers", {})))
        body, fields = modern("tools/call", {"name": name, "arguments": arguments}, meta={"progressToken": "p"})
        with self.connect() as connection:
            connection.send(self.server.request(body=body, fields=fields, token=self.wallet.newest()))
            if random.random() < 0.5:
                connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
            time.sleep(random.choice((0, 0, 0.05)))
        self.judge.good("deserter")
