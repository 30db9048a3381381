"""The examples, loaded by the server, behave as their READMEs say.

A shell block of a README that is followed by a text or JSON block must print that block; `…` in it matches anything. Only
the port is replaced. The first block of each README builds the example; a ctest test has run it before.
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

from harness import BINARY, BUILD, SOURCE, TIMEOUT, Server, Session, example, new_token, rpc, settings

EXAMPLES = SOURCE / "examples"
FOLDERS = sorted(path.parent.name for path in EXAMPLES.glob("*/README.md"))

END_OF_BLOCK = "----- end of block -----"


def blocks(folder):
    """[(language, text)] for every fenced block of the README."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", (EXAMPLES / folder / "README.md").read_text(), re.M | re.S)


def joined(text):
    """JSON without the line breaks of the README."""
    return "".join(line.strip() for line in text.splitlines())


def pattern_of(language, expected):
    expected = joined(expected) if language == "json" else expected.strip()
    return ".*?".join(re.escape(piece) for piece in expected.split("…"))


class BuiltExample:
    """A folder with links to the files that the README's first block made."""

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
        """The output of each command; all run in one shell."""
        script = "".join(f"{command}\nprintf '\\n%s\\n' '{END_OF_BLOCK}'\n" for command in commands)
        script = script.replace("localhost:8080", f"localhost:{port}")
        paths = f"{BINARY.parent}:{os.environ['PATH']}"
        shell = subprocess.Popen(["bash", "-eu", "-c", script], cwd=self.path, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                                 start_new_session=True, env=os.environ | {"PATH": paths} | environment)
        try:
            output, errors = shell.communicate(timeout=4 * TIMEOUT)
        except subprocess.TimeoutExpired:
            os.killpg(shell.pid, signal.SIGKILL)  # with its background processes
            output, errors = shell.communicate()
        if shell.returncode != 0:
            raise AssertionError(f"ended with {shell.returncode}:\n{output}{errors}")
        return output.split(f"\n{END_OF_BLOCK}\n")[:-1]


class Readme(unittest.TestCase):
    def assert_outputs_match(self, built, readme, port, **environment):
        """Runs the shell blocks of `readme` and compares the output with the text or JSON block after each."""
        commands = [text for language, text in readme if language == "sh"]
        outputs = built.run(commands, port, **environment)
        compared = 0
        for (language, command), (kind, expected) in zip(readme, readme[1:] + [("sh", "")]):
            if language != "sh":
                continue
            output = outputs.pop(0)
            if kind in ("text", "json"):
                compared += 1
                output = joined(output) if kind == "json" else output.strip()
                self.assertRegex(output, rf"(?s)\A{pattern_of(kind, expected)}\Z", command)
        self.assertGreater(compared, 0)

    def check_readme(self, folder):
        with tempfile.TemporaryDirectory(prefix="toolrack-drop-") as drop, BuiltExample(folder) as built:
            shutil.copy(example(folder), pathlib.Path(drop) / f"{folder}.so")
            with Server(settings(directories=[drop])) as server:
                self.assertNotIn("not served", server.log)
                self.assert_outputs_match(built, blocks(folder)[1:], server.port, MCP_AUTH_TOKEN=server.token)

    def test_of_auth_backend(self):
        _, make_token, (language, config), *readme = blocks("auth-backend")
        self.assertEqual("toml", language)
        with BuiltExample("auth-backend") as built:
            ann, hashed = built.run([make_token[1], 'echo "$ANN $ANN_SHA256"'], 0)[1].split()
            config = config.replace("/usr/local/lib/guests.so", str(example("auth-backend")))
            config = '[server]\nlisten = ["127.0.0.1:0"]\n' + config
            with Server(config, token=new_token(), ANN_SHA256=hashed) as server:
                self.assert_outputs_match(built, readme, server.port, MCP_AUTH_TOKEN=server.token, ANN=ann)
                self.assertEqual(401, server.post(rpc("ping")).status)  # the token of the backend env-token
                self.assertNotIn(ann, server.log)


def add_tests():
    for folder in FOLDERS:
        if folder != "auth-backend":
            setattr(Readme, f"test_of_{folder.replace('-', '_')}",
                    lambda self, folder=folder: self.check_readme(folder))


add_tests()


class Example(unittest.TestCase):

    def serve(self, folder):
        drop = tempfile.TemporaryDirectory(prefix="toolrack-drop-")
        self.addCleanup(drop.cleanup)
        shutil.copy(example(folder), pathlib.Path(drop.name) / f"{folder}.so")
        return Server(settings(directories=[drop.name]))

    def test_draw_morse_returns_a_png_of_dots_and_dashes(self):
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

    def test_play_morse_returns_a_wav_of_the_right_length(self):
        with self.serve("content") as server:
            [sound] = server.call_tool("play_morse", {"text": "et", "pitch": "high"}).result["content"]
        self.assertEqual("audio/wav", sound["mimeType"])
        with wave.open(io.BytesIO(base64.b64decode(sound["data"], validate=True))) as read:
            self.assertEqual((1, 1, 8000), (read.getnchannels(), read.getsampwidth(), read.getframerate()))
            self.assertEqual(8 * 480, read.getnframes())

    def test_the_linked_resource_equals_the_embedded_one(self):
        with self.serve("content") as server:
            embedded, link = server.call_tool("morse_alphabet").result["content"]
            read = server.plain("resources/read", {"uri": link["uri"]}).result["contents"]
        self.assertEqual([embedded["resource"]], read)

    def test_a_changed_note_is_sent_to_a_subscribed_legacy_session(self):
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
            server.wait_for_line("a note is watched")

    def test_write_postcard_sends_its_questions_to_a_legacy_client(self):
        answers = {
            "elicitation/create": {"action": "accept", "content": {"place": "Lisbon", "weather": "fine"}},
            "sampling/createMessage": {"role": "assistant", "model": "any",
                                       "content": {"type": "text", "text": "Wish you were here."}}}
        with self.serve("asking") as server:
            session = Session(server, capabilities={"elicitation": {}, "sampling": {}})
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

    def test_a_cancelled_count_ends(self):
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
            server.stop()  # it waits for calls and logs the ones that never end
            self.assertNotIn("never returned", server.log)
