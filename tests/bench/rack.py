"""A server to measure: the real binary with token-file, and the commands that its operator would use."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile

from harness import BINARY, Server, environment, modern, rpc, settings

LIST = rpc("tools/list")
TICKS = os.sysconf("SC_CLK_TCK")


class Rack:
    """A list of tokens and a server that has it: `with Rack() as rack:`"""

    def __init__(self, plugins=("echo",), threads=0):
        self.plugins, self.threads = plugins, threads

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="toolrack-bench-")
        self.folder = pathlib.Path(self._folder.name)
        self.list = self.folder / "tokens.toml"
        self.server, self.reloads = None, 0
        return self

    def __exit__(self, kind, *_):
        if self.server:
            self.server.__exit__(kind)
        self._folder.cleanup()

    def config(self, *plugins):
        return settings(*(plugins or self.plugins), backend="token-file", auth={"options": {"path": self.list}},
                        server={"threads": self.threads})

    def start(self):
        self.server = Server(self.config())
        return self.server

    def stop(self):
        self.server.stop()
        self.server = None

    def token(self, *arguments):
        done = subprocess.run([BINARY, "token", *map(str, arguments), "--tokens", self.list], env=environment(),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise AssertionError(f"token {arguments}: {done.stderr}")
        return done.stdout

    def new_token(self, principal, *more):
        return self.token("new", "--principal", principal, "--scope", "*", "--fd", 1, *more).strip()

    def listed(self):
        return {one["id"]: one for one in json.loads(self.token("list", "--json"))}

    def reload(self, *plugins):
        (self.server.folder / "toolrack.toml").write_text(self.config(*plugins))
        os.kill(self.server.pid, signal.SIGHUP)
        self.reloads += 1
        self.server.wait_for_line("the configuration was read again", self.reloads)

    # Requests, as bytes.

    def list_request(self, token):
        return self.server.request(body=LIST, token=token)

    def call_request(self, token, text):
        body, fields = modern("tools/call", {"name": "echo", "arguments": {"text": text}})
        return self.server.request(body=body, fields=fields, token=token)

    def cpu_seconds(self):
        words = pathlib.Path(f"/proc/{self.server.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / TICKS
