"""Runs the real program with a temporary configuration, and speaks HTTP with it byte by byte.

Tests use only the command, its exit status, its standard error and its responses. Requests are bytes, so that they can
be malformed.
"""

import base64
import json
import os
import pathlib
import re
import secrets
import select
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

BUILD = pathlib.Path(os.environ["TOOLRACK_BUILD"]).resolve()
SOURCE = pathlib.Path(os.environ.get("TOOLRACK_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
BINARY = BUILD / "bin" / "toolrack"

# In seconds. Long, because sanitizers and busy machines are slow.
TIMEOUT = 30.0

MODERN = "2026-07-28"
LEGACY = ("2025-11-25", "2025-06-18", "2025-03-26")
META = "io.modelcontextprotocol/"

SANITIZER_REPORT = re.compile(r"(Address|Leak|Thread|UndefinedBehavior)Sanitizer|: runtime error: |"
                              r"terminate called|Assertion .* failed")

# Output of test plugins that crash on purpose.
EXPECTED_OUTPUT = re.compile(r"(?m)^.*\b(throws-across|crash-[a-z-]+|probe) printed: .*$")


def new_token():
    return "e2e" + secrets.token_hex(32)


# ---- configurations ------------------------------------------------------------------------------------


def value(thing):
    """The TOML form. Apart from tables, the JSON that tests need is TOML too."""
    if isinstance(thing, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {value(one)}" for key, one in thing.items()) + " }"
    if isinstance(thing, (list, tuple)):
        return "[" + ", ".join(value(one) for one in thing) + "]"
    if isinstance(thing, (pathlib.Path, str)):
        return json.dumps(str(thing))
    return json.dumps(thing)


def table(header, keys):
    return "\n".join([header, *(f"{key} = {value(thing)}" for key, thing in keys.items())]) + "\n"


def plugin(library, **keys):
    return table("[[plugin]]", {"library": library} | keys)


def settings(*plugins, listen=("127.0.0.1:0",), backend="env-token", server=None, limits=None, auth=None,
             directories=None, extra=""):
    """A complete configuration. Each plugin is the result of plugin(), or the name of a shipped one."""
    text = table("[server]", {"listen": listen} | (server or {}))
    if limits:
        text += table("[limits]", limits)
    text += table("[auth]", {"backend": backend} | (auth or {}))
    if directories is not None:
        text += table("[plugins]", {"directories": directories})
    text += extra
    for one in plugins:
        text += one if "[[plugin]]" in one else plugin(one)
    return text


def in_the_host(config):
    """The configuration with every plugin in the process of the server."""
    return re.sub(r"^\[\[plugin\]\]$", '[[plugin]]\nisolation = "host"', config, flags=re.M)


def hostile(name):
    """A plugin of tests/contract/hostile, which misbehaves in one way."""
    return BUILD / "hostile" / f"{name}.so"


def example(name):
    return BUILD / "examples-out" / f"{name}.so"


# The plugin for the official conformance suite.
CONFORMANCE_PLUGIN = BUILD / "conformance" / "fixture.so"


# ---- the command ---------------------------------------------------------------------------------------


def environment(token=None, **more):
    """The environment of the command: few inherited variables, and options for sanitizers."""
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "TMPDIR") if key in os.environ}
    kept["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "exitcode=99")
    kept["UBSAN_OPTIONS"] = os.environ.get("UBSAN_OPTIONS", "print_stacktrace=1")
    kept["TSAN_OPTIONS"] = os.environ.get("TSAN_OPTIONS", "exitcode=99:second_deadlock_stack=1")
    if token is not None:
        kept["MCP_AUTH_TOKEN"] = token
    return kept | more


def toolrack(*arguments, token=None, cwd=None, input="", sockets=(), **more):
    """Runs a command until it ends."""
    return subprocess.run([*socket_passing_command(sockets), BINARY, *map(str, arguments)],
                          env=environment(token, **more), cwd=cwd, input=input, capture_output=True, text=True,
                          timeout=TIMEOUT, errors="replace", check=False, pass_fds=[one.fileno() for one in sockets])


# Executes a command with descriptors at the numbers of sd_listen_fds(3). Sets LISTEN_FDS and LISTEN_PID unless the test
# sets them.
PASS_SOCKETS = """
import os, sys
count = int(sys.argv[1])
for number, given in enumerate(sys.argv[2:2 + count]):
    os.dup2(int(given), 100 + number)
os.closerange(3, 100)
for number in range(count):
    os.dup2(100 + number, 3 + number)
    os.close(100 + number)
os.environ.setdefault("LISTEN_FDS", str(count))
os.environ.setdefault("LISTEN_PID", str(os.getpid()))
os.execv(sys.argv[2 + count], sys.argv[2 + count:])
"""


def socket_passing_command(sockets):
    """The command prefix that passes `sockets` (objects with fileno()) as systemd does."""
    if not sockets:
        return []
    return [sys.executable, "-c", PASS_SOCKETS, str(len(sockets)), *(str(one.fileno()) for one in sockets)]


class Folder:
    """A temporary folder with a configuration in it."""

    def __init__(self, config=None):
        self._folder = tempfile.TemporaryDirectory(prefix="toolrack-e2e-")
        self.path = pathlib.Path(self._folder.name)
        self.config = self.path / "toolrack.toml"
        if config is not None:
            self.config.write_text(config)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()


class LineNotLogged(AssertionError):
    pass


class Server:
    """A running `toolrack serve`. The exit status and sanitizer reports are checked at the end."""

    def __init__(self, config, *arguments, token=None, ready=1, trust=None, sockets=(), before=(), **more):
        self.token = token or new_token()
        self.trust = trust or unverified_tls()  # the ssl.SSLContext of clients
        self._tls_ports = set()
        self._folder = Folder(config)
        self.folder = self._folder.path
        self._lines = []
        self._new_line = threading.Condition()
        self._process = subprocess.Popen(
            [*before, *socket_passing_command(sockets), BINARY, "serve", "--config", self._folder.config,
             *map(str, arguments)],
            env=environment(self.token, **more), cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
            pass_fds=[one.fileno() for one in sockets])
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self.addresses = [self._address(line) for line in self._ready_lines(ready)]
        except BaseException:
            self._process.kill()
            self._end()
            raise

    # The log.

    def _read(self):
        for line in self._process.stderr:
            with self._new_line:
                self._lines.append(line.rstrip("\n"))
                self._new_line.notify_all()
        with self._new_line:
            self._lines.append(None)
            self._new_line.notify_all()

    @property
    def log(self):
        with self._new_line:
            return "\n".join(line for line in self._lines if line is not None)

    def wait_for_line(self, pattern, count=1, timeout=TIMEOUT):
        """Waits for `count` log lines that match `pattern`, and returns all that match."""
        deadline = time.monotonic() + timeout
        with self._new_line:
            while True:
                found = [line for line in self._lines if line and re.search(pattern, line)]
                if len(found) >= count:
                    return found
                left = deadline - time.monotonic()
                if left <= 0 or None in self._lines:
                    break
                self._new_line.wait(left)
        raise LineNotLogged(f"no log line matches {pattern!r}:\n{self.log}")

    def _ready_lines(self, count):
        return self.wait_for_line(r"serving (https?://|unix:)", count)

    def _address(self, line):
        unix = re.search(r"serving unix:(\S+)", line)
        if unix:
            return unix[1].rstrip(",.")
        scheme, host, port = re.search(r"serving (https?)://(\[[^\]]+\]|[^:/]+):(\d+)", line).groups()
        if scheme == "https":
            self._tls_ports.add(int(port))
        return host.strip("[]"), int(port)

    def speaks_tls(self, address):
        return not isinstance(address, str) and address[1] in self._tls_ports

    # Process and addresses.

    @property
    def pid(self):
        return self._process.pid

    @property
    def port(self):
        return self.addresses[0][1]

    @property
    def authority(self):
        return f"127.0.0.1:{self.port}"

    @property
    def url(self):
        return f"{'https' if self.speaks_tls(self.addresses[0]) else 'http'}://{self.authority}/mcp"

    def is_running(self):
        return self._process.poll() is None

    def children(self):
        """The ids of its child processes."""
        found = set()
        for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
            try:
                found |= set(map(int, (task / "children").read_text().split()))
            except OSError:  # the thread has ended
                pass
        return found

    def worker(self, name):
        """The id of the worker of a plugin; None without one."""
        for pid in self.children():
            try:
                words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[1:2] == [name.encode()]:
                return pid
        return None

    def connect(self, address=None, trust=None):
        """Connects, with TLS where the server uses it. `trust` is an ssl.SSLContext."""
        address = address or self.addresses[0]
        return Connection(address, (trust or self.trust) if self.speaks_tls(address) else None)

    # The end.

    def signal(self, number=signal.SIGTERM):
        self._process.send_signal(number)

    def _end(self):
        self._process.wait()
        self._reader.join(TIMEOUT)
        self._process.stderr.close()
        self._folder.__exit__()

    def kill(self):
        """Sends SIGKILL, as the kernel does when memory runs out."""
        self._process.kill()
        self._end()

    def stop(self):
        """Sends SIGTERM, and checks the exit status and the log."""
        if self.is_running():
            self.signal()
        try:
            self._process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._end()
            raise AssertionError(f"did not end on SIGTERM:\n{self.log}") from None
        if self._process.stderr.closed:
            return
        self._end()
        report = SANITIZER_REPORT.search(EXPECTED_OUTPUT.sub("", self.log))
        if report or self._process.returncode != 0:
            raise AssertionError(f"ended with {self._process.returncode}:\n{self.log}")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.stop()
            return
        # The exception of the test is the one to report.
        try:
            self.stop()
        except AssertionError as error:
            print(f"the server failed too: {error}")

    # Requests.

    def fields(self, more=None, token=True):
        """The header fields of a request, as {name: value}. None in `more` removes a field."""
        usual = {"Host": self.authority, "Content-Type": "application/json"}
        if token is True:
            usual["Authorization"] = f"Bearer {self.token}"
        elif token:
            usual["Authorization"] = f"Bearer {token}"
        for name, text in (more or {}).items():
            if text is None:
                usual.pop(name, None)
            else:
                usual[name] = text
        return usual

    def request(self, method="POST", path="/mcp", body=b"", fields=None, token=True):
        """The bytes of a request."""
        return request(method, path, self.fields(fields, token), body)

    def send(self, method="POST", path="/mcp", body=b"", fields=None, token=True, address=None):
        """Sends one request on a new connection."""
        with self.connect(address) as connection:
            connection.send(self.request(method, path, body, fields, token))
            return connection.read_response(method)

    def raw(self, data, method="POST"):
        with self.connect() as connection:
            connection.send(data)
            return connection.read_response(method)

    def post(self, message, fields=None, token=True):
        return self.send(body=message, fields=fields, token=token)

    def stream(self, message, fields=None, token=True):
        return Stream(self, self.request(body=message, fields=fields, token=token))

    def post_to(self, address, message, fields=None, token=None):
        """Sends to another address, by default without a token."""
        return self.send(body=message, fields=fields, token=token, address=address)

    def plain(self, method, params=None, id=1, fields=None):
        """A request like that of curl in the guide: no session, no version, no Accept."""
        return self.post(rpc(method, params, id), fields)

    def modern(self, method, params=None, id=1, fields=None, meta=None):
        return self.post(*modern(method, params, id, fields, meta))

    def call_tool(self, name, arguments=None, id=1):
        params = {"name": name}
        if arguments is not None:
            params["arguments"] = arguments
        return self.plain("tools/call", params, id)

    def tool_names(self):
        return [tool["name"] for tool in self.plain("tools/list").result["tools"]]

    def open_files(self):
        try:
            return len(os.listdir(f"/proc/{self.pid}/fd"))
        except PermissionError:
            raise unittest.SkipTest("only root may count the server's open files") from None

    def memory(self):
        """Resident memory in MiB."""
        with open(f"/proc/{self.pid}/statm", encoding="ascii") as sizes:
            return int(sizes.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


# ---- messages ------------------------------------------------------------------------------------------


def rpc(method, params=None, id=1):
    message = {"jsonrpc": "2.0", "method": method}
    if id is not None:
        message["id"] = id
    if params is not None:
        message["params"] = params
    return message


def overlay(usual, changes):
    """`usual` with `changes`. None removes a key."""
    return {key: thing for key, thing in (usual | (changes or {})).items() if thing is not None}


def modern(method, params=None, id=1, fields=None, meta=None):
    """A valid request of 2026-07-28 with changes: (message, header fields)."""
    params = dict(params or {})
    params["_meta"] = overlay({META + "protocolVersion": MODERN, META + "clientCapabilities": {},
                               META + "clientInfo": {"name": "e2e", "version": "1"}}, meta)
    usual = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": MODERN,
             "Mcp-Method": method}
    for member in ("name", "uri", "taskId"):
        if member in params:
            usual["Mcp-Name"] = header_value(params[member])
    return rpc(method, params, id), overlay(usual, fields)


def header_value(text):
    """The form of a body member in a header: literal, or else Base64."""
    if not isinstance(text, str) or (re.fullmatch(r"[!-~]([ -~]*[!-~])?", text) and not text.startswith("=?")):
        return text
    return f"=?base64?{base64.b64encode(text.encode()).decode()}?="


def request(method, path, fields, body=b""):
    """The bytes of an HTTP/1.1 request. `fields`: {name: value} or [(name, value)]; `body`: bytes or a message."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    fields = list(fields.items() if isinstance(fields, dict) else fields)
    if body and not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in fields):
        fields.append(("Content-Length", str(len(body))))
    elif method == "POST" and not any(name.lower() in ("content-length", "transfer-encoding")
                                      for name, _ in fields):
        fields.append(("Content-Length", "0"))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {text}" for name, text in fields), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


class Response:
    def __init__(self, status, fields, body, interim):
        self.status = status
        self.fields = fields
        self.body = body
        self.interim = interim  # the status codes of earlier 1xx responses

    def all(self, name):
        return [text for key, text in self.fields if key.lower() == name.lower()]

    def field(self, name):
        found = self.all(name)
        return found[0] if found else None

    @property
    def is_stream(self):
        return (self.field("Content-Type") or "").startswith("text/event-stream")

    @property
    def messages(self):
        """All JSON-RPC messages, in order."""
        if self.is_stream:
            return [json.loads(event) for event in events(self.body)]
        return [json.loads(self.body)] if self.body else []

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def answer(self):
        return self.messages[-1]

    @property
    def notifications(self):
        return [message for message in self.messages if "method" in message]

    @property
    def result(self):
        if "result" not in self.answer:
            raise AssertionError(f"not a result: {self.status} {self.body!r}")
        return self.answer["result"]

    @property
    def error(self):
        if "error" not in self.answer:
            raise AssertionError(f"not an error: {self.status} {self.body!r}")
        return self.answer["error"]

    @property
    def code(self):
        return self.error["code"]

    @property
    def sentence(self):
        return self.error["message"]

    @property
    def text(self):
        """The text of a tool result."""
        return self.result["content"][0]["text"]

    def __repr__(self):
        return f"<{self.status} {self.fields} {self.body[:2000]!r}>"


def events(body):
    """The data of each server-sent event."""
    found = []
    for block in body.decode().replace("\r\n", "\n").split("\n\n"):
        data = [line[5:].removeprefix(" ") for line in block.split("\n") if line.startswith("data:")]
        if data and any(data):
            found.append("\n".join(data))
    return found


class Closed(Exception):
    """The server closed the connection before the response was complete."""


def unverified_tls():
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trust.check_hostname = False
    trust.verify_mode = ssl.CERT_NONE
    return trust


class Connection:
    """A TCP, Unix or TLS connection."""

    def __init__(self, address, trust=None, source=None):
        family = socket.AF_UNIX if isinstance(address, str) else (
            socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(TIMEOUT)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect(address)
        if trust:
            try:
                self.socket = trust.wrap_socket(self.socket, server_hostname="localhost", suppress_ragged_eofs=False)
            except BaseException:
                self.socket.close()
                raise
        self.is_truncated = False  # ended without close_notify
        self._opened = time.monotonic()
        self._buffer = bytearray()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        """Ignores a broken connection: a server that refuses a request may close before it has read all of it."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
            pass

    def _receive(self):
        if time.monotonic() - self._opened > 4 * TIMEOUT:
            raise AssertionError(f"no end of the response: {bytes(self._buffer[-300:])!r}")
        try:
            data = self.socket.recv(65536)
        except (ConnectionResetError, ssl.SSLEOFError):
            self.is_truncated = True
            data = b""
        if not data:
            raise Closed(bytes(self._buffer[:1000]))
        self._buffer += data

    def buffer_some(self, size):
        """Receives a few bytes for a later read, as a slow client does."""
        self._buffer += self.socket.recv(size)

    def _take(self, size):
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _until(self, mark):
        while mark not in self._buffer:
            self._receive()
        taken = self._take(self._buffer.index(mark) + len(mark))
        return taken[:-len(mark)]

    def _exactly(self, size):
        while len(self._buffer) < size:
            self._receive()
        return self._take(size)

    def read_head(self):
        lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        version, status = lines[0].split(" ")[:2]
        if version not in ("HTTP/1.1", "HTTP/1.0"):
            raise AssertionError(f"not a status line: {lines[0]!r}")
        fields = []
        for line in lines[1:]:
            name, text = line.split(":", 1)
            fields.append((name, text.strip()))
        return int(status), fields

    def read_chunk(self):
        size = int(self._until(b"\r\n").split(b";")[0], 16)
        data = self._exactly(size)
        if self._exactly(2) != b"\r\n":
            raise AssertionError("a chunk is longer than its size")
        return data

    def read_response(self, method="POST"):
        interim = []
        status, fields = self.read_head()
        while status < 200:
            interim.append(status)
            status, fields = self.read_head()
        of = {name.lower(): text for name, text in fields}
        body = b""
        if method != "HEAD" and status not in (204, 304):
            if of.get("transfer-encoding", "").lower() == "chunked":
                while chunk := self.read_chunk():
                    body += chunk
            elif "content-length" in of:
                body = self._exactly(int(of["content-length"]))
            else:
                body = self.read_to_end()
        return Response(status, fields, body, interim)

    def read_event(self):
        """The messages of the next event of a chunked stream whose head was read."""
        event = b""
        while not event.endswith(b"\n\n"):
            event += self.read_chunk()
        return [json.loads(data) for data in events(event)]

    def read_block(self):
        """The lines of the next event or comment; none at the end of the stream."""
        block = b""
        while not block.endswith(b"\n\n"):
            chunk = self.read_chunk()
            if not chunk:
                return []
            block += chunk
        return block.decode().split("\n")[:-2]

    def read_to_end(self):
        try:
            while True:
                self._receive()
        except Closed:
            return self._take(len(self._buffer))

    def reads_200(self):
        """Whether the response has status 200; False when the connection closes."""
        try:
            return self.read_response().status == 200
        except Closed:
            return False

    def is_closed(self, timeout=TIMEOUT):
        """Whether the server closes the connection within `timeout`, without sending more."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self._buffer:
                return False
            readable, _, _ = select.select([self.socket], [], [], max(0, deadline - time.monotonic()))
            if not readable:
                return False
            try:
                self._receive()
            except Closed:
                return True
        return False

    def is_silent(self, seconds):
        """Whether neither bytes nor the end arrive within that time."""
        if self._buffer:
            return False
        return not select.select([self.socket], [], [], seconds)[0]


class Stream:
    """A response that is a stream of server-sent events."""

    def __init__(self, server, data):
        self.connection = server.connect()
        self.connection.send(data)
        status, fields = self.connection.read_head()
        if (status, dict(fields).get("Content-Type")) != (200, "text/event-stream"):
            self.close()
            raise AssertionError(f"not a stream: {status} {fields}")
        self.last_id = None
        self.retry = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.connection.close()

    def __iter__(self):
        """The messages until the end of the stream."""
        while lines := self.connection.read_block():
            event = dict(line.split(": " if ": " in line else ":", 1) for line in lines)
            self.last_id = event.get("id", self.last_id)
            self.retry = event.get("retry", self.retry)
            if event.get("data"):
                yield json.loads(event["data"])

    def next(self):
        return next(iter(self), None)


class Session:
    """The session of a legacy client: initialize, initialized, then requests with its id."""

    def __init__(self, server, version=LEGACY[0], token=True, capabilities=None):
        self.server = server
        self.version = version
        self.token = token
        opened = server.post(rpc("initialize", {"protocolVersion": version, "capabilities": capabilities or {},
                                                "clientInfo": {"name": "e2e", "version": "1"}}, 0),
                             token=token)
        self.opened = opened.result
        self.id = opened.field("Mcp-Session-Id")
        self.version = self.opened["protocolVersion"]
        self.ready = self.post(rpc("notifications/initialized", id=None))

    def fields(self, changes=None):
        return overlay({"Accept": "application/json, text/event-stream", "Mcp-Session-Id": self.id,
                        "MCP-Protocol-Version": self.version}, changes)

    def post(self, message, fields=None, token=None):
        return self.server.post(message, self.fields(fields), token=self.token if token is None else token)

    def request(self, method, params=None, id=1, fields=None):
        return self.post(rpc(method, params, id), fields)

    def stream(self, method, params=None, id=1, fields=None):
        return self.server.stream(rpc(method, params, id), self.fields(fields), self.token)

    def listen(self, last_event=None):
        """The stream of the session, or the rest of another one after an event."""
        fields = self.fields({"Accept": "text/event-stream", "Last-Event-ID": last_event})
        return Stream(self.server, self.server.request("GET", fields=fields, token=self.token))

    def send(self, method, fields=None, token=None):
        return self.server.send(method, fields=self.fields({"Content-Type": None} | (fields or {})),
                                token=self.token if token is None else token)


# ---- tests ---------------------------------------------------------------------------------------------


class SharedServerTest(unittest.TestCase):
    """Tests that share one server, which must run after each of them."""

    config = settings("echo")

    @classmethod
    def setUpClass(cls):
        cls.server = Server(cls.config)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def tearDown(self):
        self.assertTrue(self.server.is_running(), "the server ended:\n" + self.server.log)

    def assert_serves(self):
        """The server answers a valid request."""
        self.assertEqual(200, self.server.plain("tools/list").status)


def wait_until(condition, timeout=TIMEOUT):
    """Polls condition() until it is true. False after the timeout."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def in_parallel(count, work):
    """The results of work(0) ... work(count - 1), which run concurrently. An exception is a result, too."""
    results = [None] * count
    begin = threading.Barrier(count)

    def one(index):
        begin.wait(TIMEOUT)
        try:
            results[index] = work(index)
        except Exception as error:
            results[index] = error

    threads = [threading.Thread(target=one, args=(index,), daemon=True) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * TIMEOUT)
    return results
