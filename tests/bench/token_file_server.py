"""The server under measurement: the real binary with the token-file backend, and the operator's commands for it."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile

from harness import BINARY, Server, environment, modern, rpc, settings

TOOLS_LIST = rpc("tools/list")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class TokenFileServer:
    """A token list and, after start(), a server that uses it: `with TokenFileServer() as fixture:`"""

    def __init__(self, plugins=("echo",), threads=0):
        self.plugins, self.threads = plugins, threads

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="toolrack-bench-")
        self.folder = pathlib.Path(self._folder.name)
        self.token_list = self.folder / "tokens.toml"
        self.server, self.reloads = None, 0
        return self

    def __exit__(self, kind, *_):
        if self.server:
            self.server.__exit__(kind)
        self._folder.cleanup()

    def config(self, *plugins):
        return settings(*(plugins or self.plugins), backend="token-file", auth={"options": {"path": self.token_list}},
                        server={"threads": self.threads})

    def start(self, **options):
        """The options are those of harness.Server."""
        self.server = Server(self.config(), **options)
        return self.server

    def stop(self):
        self.server.stop()
        self.server = None

    def run_token_command(self, *arguments):
        command = subprocess.run([BINARY, "token", *map(str, arguments), "--tokens", self.token_list],
                                 env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                 timeout=60, check=False)
        if command.returncode != 0:
            raise AssertionError(f"token {arguments}: {command.stderr}")
        return command.stdout

    def new_token(self, principal, *more):
        return self.run_token_command("new", "--principal", principal, "--scope", "*", "--fd", 1, *more).strip()

    def tokens_by_id(self):
        return {token["id"]: token for token in json.loads(self.run_token_command("list", "--json"))}

    def reload(self, *plugins):
        (self.server.folder / "toolrack.toml").write_text(self.config(*plugins))
        os.kill(self.server.pid, signal.SIGHUP)
        self.reloads += 1
        self.server.wait_for_line("configuration reloaded", self.reloads)

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.server.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

    # Requests, as bytes.

    def tools_list_request(self, token):
        return self.server.request(body=TOOLS_LIST, token=token)

    def modern_call_request(self, token, text):
        body, fields = modern("tools/call", {"name": "echo", "arguments": {"text": text}})
        return self.server.request(body=body, fields=fields, token=token)

    def legacy_call_request(self, token, text):
        """Legacy, without a session."""
        return self.server.request(body=rpc("tools/call", {"name": "echo", "arguments": {"text": text}}), token=token)
