"""The examples, served by the host: each answers as its README says.

A block of shell in a README that is followed by a block of text or JSON is run as it stands, but for the port, and has
to say what that block says; `…` there is whatever it may be. The first block of each README builds it, and was run
by ctest before.
"""

import base64
import io
import os
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import tempfile
import unittest
import wave
import zlib

from harness import BINARY, BUILD, PATIENCE, SOURCE, Server, Session, example, new_token, rpc, settings

EXAMPLES = SOURCE / "examples"
FOLDERS = sorted(path.parent.name for path in EXAMPLES.glob("*/README.md"))

MARK = "----- end of block -----"


def blocks(folder):
    """[(language, text)] of every fenced block of the README."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", (EXAMPLES / folder / "README.md").read_text(), re.M | re.S)


def on_one_line(text):
    """JSON that a README broke into lines."""
    return "".join(line.strip() for line in text.splitlines())


def pattern_of(language, expected):
    expected = on_one_line(expected) if language == "json" else expected.strip()
    return ".*?".join(re.escape(piece) for piece in expected.split("…"))


class Built:
    """A folder with what the README's first block made in it."""

    def __init__(self, folder):
        self._temporary = tempfile.TemporaryDirectory(prefix="toolrack-example-")
        self.path = pathlib.Path(self._temporary.name)
        for entry in (BUILD / "examples" / "built" / folder).iterdir():
            (self.path / entry.name).symlink_to(entry)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._temporary.cleanup()

    def run(self, commands, port, **environment):
        """What each of the commands said; they share one shell."""
        script = "".join(f"{command}\nprintf '\\n%s\\n' '{MARK}'\n" for command in commands)
        script = script.replace("localhost:8080", f"localhost:{port}")
        paths = f"{BINARY.parent}:{os.environ['PATH']}"
        shell = subprocess.Popen(["bash", "-eu", "-c", script], cwd=self.path, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                                 start_new_session=True, env=os.environ | {"PATH": paths} | environment)
        try:
            said, complaints = shell.communicate(timeout=4 * PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(shell.pid, signal.SIGKILL)  # with what it left running
            said, complaints = shell.communicate()
        if shell.returncode != 0:
            raise AssertionError(f"ended with {shell.returncode}:\n{said}{complaints}")
        return said.split(f"\n{MARK}\n")[:-1]


class Readme(unittest.TestCase):
    """What a README shows is what happens."""

    def assert_answers(self, built, shown, port, **environment):
        """`shown`: blocks of a README; those of shell are run, those after them are expected."""
        commands = [text for language, text in shown if language == "sh"]
        said = built.run(commands, port, **environment)
        compared = 0
        for (language, command), following in zip(shown, shown[1:] + [("sh", "")]):
            if language != "sh":
                continue
            answer = said.pop(0)
            if following[0] in ("text", "json"):
                compared += 1
                answer = on_one_line(answer) if following[0] == "json" else answer.strip()
                self.assertRegex(answer, rf"(?s)\A{pattern_of(*following)}\Z", command)
        self.assertGreater(compared, 0)

    def assert_serves_what_is_shown(self, folder):
        with tempfile.TemporaryDirectory(prefix="toolrack-drop-") as drop, Built(folder) as built:
            shutil.copy(example(folder), pathlib.Path(drop) / f"{folder}.so")
            with Server(settings(directories=[drop])) as server:
                self.assertNotIn("not served", server.log)
                self.assert_answers(built, blocks(folder)[1:], server.port, MCP_AUTH_TOKEN=server.token)

    def test_of_auth_backend_is_true(self):
        _, make_token, (language, config), *shown = blocks("auth-backend")
        self.assertEqual("toml", language)
        with Built("auth-backend") as built:
            said = built.run([make_token[1], 'echo "$ANN $ANN_SHA256"'], 0)[1]
            ann, hashed = said.split()
            config = config.replace("/usr/local/lib/guests.so", str(example("auth-backend")))
            config = '[server]\nlisten = ["127.0.0.1:0"]\n' + config
            with Server(config, token=new_token(), ANN_SHA256=hashed) as server:
                self.assert_answers(built, shown, server.port, MCP_AUTH_TOKEN=server.token, ANN=ann)
                self.assertEqual(401, server.post(rpc("ping")).status)  # what was let in before
                self.assertNotIn(ann, server.log)


def give_claims():
    for folder in FOLDERS:
        if folder != "auth-backend":
            setattr(Readme, f"test_of_{folder.replace('-', '_')}_is_true",
                    lambda self, folder=folder: self.assert_serves_what_is_shown(folder))


give_claims()


class Example(unittest.TestCase):
    """What a README cannot show."""

    def serve(self, folder):
        drop = tempfile.TemporaryDirectory(prefix="toolrack-drop-")
        self.addCleanup(drop.cleanup)
        shutil.copy(example(folder), pathlib.Path(drop.name) / f"{folder}.so")
        return Server(settings(directories=[drop.name]))

    def test_the_picture_is_one(self):
        with self.serve("content") as server:
            content = server.call_tool("draw_morse", {"text": "et"}).result["content"]
        self.assertEqual(("text", "image"), tuple(block["type"] for block in content))
        data = base64.b64decode(content[1]["data"], validate=True)
        self.assertEqual(b"\x89PNG\r\n\x1a\n", data[:8])
        at, chunks = 8, {}
        while at != len(data):
            size, kind = struct.unpack(">I4s", data[at:at + 8])
            body, checksum = data[at + 8:at + 8 + size], data[at + 8 + size:at + 12 + size]
            self.assertEqual(zlib.crc32(kind + body), int.from_bytes(checksum, "big"))
            chunks[kind] = body
            at += 12 + size
        self.assertEqual([b"IHDR", b"IDAT", b"IEND"], list(chunks))
        self.assertEqual((64, 24), struct.unpack(">II", chunks[b"IHDR"][:8]))
        # A dot, three dark ones of a dash: a filter byte and then a byte for each.
        self.assertEqual((b"\0" + b"\0\xff\xff\xff\0\0\0\xff") * 24, zlib.decompress(chunks[b"IDAT"]))

    def test_the_sound_is_one(self):
        with self.serve("content") as server:
            [sound] = server.call_tool("play_morse", {"text": "et", "pitch": "high"}).result["content"]
        self.assertEqual("audio/wav", sound["mimeType"])
        with wave.open(io.BytesIO(base64.b64decode(sound["data"], validate=True))) as read:
            self.assertEqual((1, 1, 8000), (read.getnchannels(), read.getsampwidth(), read.getframerate()))
            self.assertEqual(8 * 480, read.getnframes())

    def test_the_link_leads_somewhere(self):
        with self.serve("content") as server:
            embedded, link = server.call_tool("morse_alphabet").result["content"]
            read = server.plain("resources/read", {"uri": link["uri"]}).result["contents"]
        self.assertEqual([embedded["resource"]], read)

    def test_the_notebook_asks_an_older_client_to_listen_in_its_session(self):
        with self.serve("notes") as server:
            session = Session(server)
            session.request("tools/call", {"name": "write_note", "arguments": {"title": "a", "words": "b"}})
            self.assertEqual({}, session.request("resources/subscribe", {"uri": "notes://note/a"}).result)
            with server.connect() as stream:
                stream.send(server.request("GET", fields=session.fields({"Accept": "text/event-stream"})))
                self.assertEqual(200, stream.read_head()[0])
                session.request("tools/call", {"name": "write_note", "arguments": {"title": "a", "words": "c"}})
                [heard] = stream.read_event()
            self.assertEqual(("notifications/resources/updated", {"uri": "notes://note/a"}),
                             (heard["method"], heard["params"]))
            server.wait_for_line("somebody watches a note")

    def test_a_postcard_is_written_by_an_older_client_that_is_sent_the_questions(self):
        answers = {
            "elicitation/create": {"action": "accept", "content": {"place": "Lisbon", "weather": "fine"}},
            "sampling/createMessage": {"role": "assistant", "model": "any",
                                       "content": {"type": "text", "text": "Wish you were here."}}}
        with self.serve("asking") as server:
            session = AskedSession(server, {"elicitation": {}, "sampling": {}})
            with server.connect() as stream:
                stream.send(server.request(fields=session.fields(), body=rpc(
                    "tools/call", {"name": "write_postcard", "arguments": {"to": "Ann"}}, "card")))
                self.assertEqual(200, stream.read_head()[0])
                asked = []
                while True:
                    message = next(iter(stream.read_event()), None)
                    if message is None:
                        continue
                    if message.get("id") == "card":
                        break
                    asked.append(message["method"])
                    session.post({"jsonrpc": "2.0", "id": message["id"], "result": answers[message["method"]]})
        self.assertEqual(list(answers), asked)
        self.assertEqual("From Lisbon:\nWish you were here.", message["result"]["content"][0]["text"])

    def test_a_count_that_a_client_takes_back_ends(self):
        with self.serve("long-work") as server:
            session = Session(server)
            with server.connect() as stream:
                stream.send(server.request(fields=session.fields(), body=rpc(
                    "tools/call", {"name": "count_primes", "arguments": {"up_to": 1_000_000_000},
                                   "_meta": {"progressToken": "p"}}, "long")))
                self.assertEqual(200, stream.read_head()[0])
                while not stream.read_event():
                    pass
                session.post(rpc("notifications/cancelled", {"requestId": "long"}, None))
            server.stop()  # which waits for calls, and names those that never end
            self.assertNotIn("never came back", server.log)


class AskedSession(Session):
    """A session of a client that can be asked."""

    def __init__(self, server, capabilities):
        super().__init__(server)
        opened = server.post(rpc("initialize", {"protocolVersion": self.version, "capabilities": capabilities,
                                                "clientInfo": {"name": "e2e", "version": "1"}}, 0))
        self.id = opened.field("Mcp-Session-Id")
        self.post(rpc("notifications/initialized", id=None))
