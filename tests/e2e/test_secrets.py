"""Secrets are never shown: not in the log, not in an answer, not where the kernel shows processes, not in a file."""

import base64
import json
import os
import pathlib
import secrets
import signal
import subprocess
import unittest
import urllib.parse

from canaries import Canary, LeakSearch
from harness import (BINARY, BUILD, TIMEOUT, Folder, Server, Session, environment, hostile, new_token, plugin, request,
                     rpc, settings, toolrack)

LIST = rpc("tools/list")
HERE = "https://tools.example.com/mcp"


def write(file, text, mode=0o600):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(mode)
    return file


class CanarySet:
    """A folder with everything that a server can be given in confidence: fifty canaries, and a configuration."""

    def __init__(self):
        self._folder = Folder()
        self.path = self._folder.path
        self.hidden = []  # files that hold a secret on purpose
        self.said = ""    # by the commands that made them
        self.canaries = []
        self.right, self.wrong = [], []  # tokens that are let in, and that are not

        self.environment_tokens = [self._add("token of the environment", new_token()[3:]) for _ in range(8)]
        self.right += self.environment_tokens
        for n in range(12):
            self.right.append(self._opaque(f"user{n}"))
        for n in range(4):
            self._key(f"k{n}")
        for n in range(6):
            self.right.append(self._signed(f"user{n}"))
        self.option = {
            "file": {"file": self._hide("option.file", self._add("secret option in a file", secrets.token_hex(20)))},
            "credential": {"credential": "option"},
            "env": {"env": "SECRET_OPTION"},
            "substituted": "${SUBSTITUTED_OPTION}",
        }
        self.environment = {
            "SECRET_OPTION": self._add("secret option of the environment", secrets.token_hex(20)),
            "SUBSTITUTED_OPTION": self._add("substituted option", secrets.token_hex(20)),
            "CREDENTIALS_DIRECTORY": str(self.path / "credentials"),
            "STATE_DIRECTORY": str(self.path / "state"),
        }
        self._hide("credentials/option", self._add("credential", secrets.token_hex(20)))
        seals = [{"file": self._hide(f"seal{n}", self._add("seal key", secrets.token_hex(32)))} for n in range(2)]
        # Unknown tokens, which are refused.
        for _ in range(7):
            self.wrong.append(self._add("wrong token", new_token()[3:]))
        self.wrong.append(self._opaque("nobody", "elsewhere.toml"))
        self.wrong.append(self._opaque("nobody", "elsewhere.toml")[:-6] + "000000")
        for n in range(6):
            claims = base64.urlsafe_b64encode(os.urandom(30)).decode()
            forged = base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")
            self.wrong.append(self._add(
                "forged token", f"eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImswIn0.{claims}.{forged}", forged))

        self.config = settings(
            plugin(hostile("counting"), scopes=[], options=self.option), "echo",
            plugin(hostile("complains"), options=self.option),
            backend=["token-file", "hmac-token", "env-token"], server={"public_url": HERE, "seal_keys": seals},
            auth={"options": {"token-file": {"path": self.path / "tokens.toml"},
                              "hmac-token": {"keys": self.path / "keys.toml"}}})

    def close(self):
        self._folder.__exit__()

    def _add(self, kind, whole, secret=None):
        self.canaries.append(Canary(kind, whole, secret))
        return whole

    def _hide(self, name, text):
        file = write(self.path / name, text)
        self.hidden.append(file)
        return file

    def _run(self, *arguments):
        done = toolrack(*arguments)
        if done.returncode != 0:
            raise AssertionError(done)
        self.said += done.stdout + done.stderr

    def _made(self, *command):
        out = self.path / f"made-{len(self.hidden)}"
        self._run(*command, "--out", out, "--json")
        self.hidden.append(out)
        return out.read_text().strip()

    def _opaque(self, principal, file="tokens.toml"):
        token = self._made("token", "new", "--tokens", self.path / file, "--principal", principal, "--scope", "*")
        return self._add("token of the list", token, token.split("_")[2])

    def _key(self, kid):
        file = self.path / "keys.toml"
        self._run("key", "new", "--keys", file, "--kid", kid)
        if file not in self.hidden:
            self.hidden.append(file)
        written = [line for line in file.read_text().splitlines() if line.startswith("secret = ")][-1]
        self._add("signing key", written.split('"')[1], written.split("trkk_")[1].rstrip('"'))

    def _signed(self, principal):
        token = self._made("token", "mint", "--keys", self.path / "keys.toml", "--principal", principal, "--scope", "*",
                           "--audience", HERE)
        return self._add("signed token", token, token.rsplit(".", 1)[1])

    @property
    def variables(self):
        return {"token": " ".join(self.environment_tokens), **self.environment}


class CanaryTests(unittest.TestCase):
    """`assert_hidden` looks for all of the vault's canaries."""

    def setUp(self):
        self.vault = CanarySet()
        self.addCleanup(self.vault.close)
        self.search = LeakSearch(self.vault.canaries)

    def assert_hidden(self, text, where):
        self.assertEqual([], self.search.find_in_text(text, where))

    def show_it_everywhere(self, server, token):
        """Every way of showing a token, right or wrong, and every answer that comes back."""
        quoted = urllib.parse.quote(token)
        body = json.dumps(LIST).encode()
        tries = [
            lambda: server.post(LIST, token=token),
            lambda: server.post(LIST, {"Authorization": f"Basic {token}"}),
            lambda: server.post(LIST, {"Authorization": token}),
            lambda: server.post(LIST, {"Authorization": f'Bearer "{token}"'}),
            lambda: server.post(LIST, {"Authorization": f"Bearer {token} {token}"}),
            lambda: server.post(LIST, {"X-Api-Key": token}, token=None),
            lambda: server.send(path=f"/mcp?access_token={token}", body=body),
            lambda: server.send(path=f"/mcp?access_token={quoted}&x", body=body, token=None),
            lambda: server.send(body=b"{" + token.encode(), token=token),
            lambda: server.raw(request("POST", "/mcp", [*server.fields(token=token).items(),
                                                        ("Authorization", f"Bearer {token}")], body)),
            lambda: server.raw(request("POST", "/mcp", server.fields({"Transfer-Encoding": "x"}, token=token), body)),
            lambda: server.send("GET", token=token),
            lambda: server.send("DELETE", fields={"Mcp-Session-Id": "x"}, token=token),
            lambda: server.post(rpc("tools/call", {"name": "count", "arguments": {}}), token=token),
            lambda: server.post(rpc("tools/call", {"name": "echo", "arguments": {}}), token=token),
            lambda: server.post(rpc("nonsense"), token=token),
            # Not a place for secrets: the text may be returned to the client, but not stored.
            lambda: server.send(path=f"/{token}", body=body, token=None) and None,
            lambda: server.send(fields={"Host": token}, body=body) and None,
            lambda: server.send(fields={"Host": f"{token}.example.com"}, body=body) and None,
            lambda: server.send(fields={"Origin": token}, body=body) and None,
            lambda: server.send(fields={"Origin": f"https://{token}"}, body=body) and None,
        ]
        return [answer for answer in (attempt() for attempt in tries) if answer is not None]

    def kernel_shows(self, pid, name):
        try:
            return (pathlib.Path("/proc") / str(pid) / name).read_bytes()
        except PermissionError:
            return b""  # better still: not even to who started it


class Canaries(CanaryTests):
    # Other files of the server, such as an audit log, are below {folder}, where every file is searched.
    more = ""

    def test_there_are_fifty_of_them(self):
        self.assertGreaterEqual(len(self.vault.canaries), 50)
        self.assert_hidden(self.vault.said, "what the commands that made them said")

    # CONTRACT.md, A3.
    def test_appear_nowhere_during_valid_and_invalid_use(self):
        vault = self.vault
        for level in ("debug", "info", "warning", "error"):
            with Server(vault.config + self.more.format(folder=vault.path), "--log-level", level,
                        **vault.variables) as server:
                # The loudest level says all that the others say; they are shown one token of each kind.
                right = vault.right if level == "debug" else vault.right[::8]
                for token in right:
                    self.assertEqual(200, server.post(LIST, token=token).status, token)
                for token in right + (vault.wrong if level == "debug" else vault.wrong[::4]):
                    for answer in self.show_it_everywhere(server, token):
                        self.assert_hidden(f"{answer.fields} {answer.body.decode()}", "an answer")
                Session(server, token=right[0]).request("tools/list")
                for name in ("environ", "cmdline", "comm", "status"):
                    self.assert_hidden(self.kernel_shows(server.pid, name), f"/proc/PID/{name}")
                server.signal(signal.SIGHUP)
                server.wait_for_line("configuration reloaded", 1) \
                    if level != "error" and level != "warning" else None
                hidden = [*vault.hidden, server.folder / "toolrack.toml"]
                self.assertEqual([], self.search.find_in_folder(server.folder, hidden))
            self.assert_hidden(server.log, f"the log at level {level}")
            self.assertEqual([], self.search.find_in_folder(vault.path, vault.hidden))

    def test_appear_in_no_output_of_commands(self):
        vault = self.vault
        config = write(vault.path / "toolrack.toml", vault.config)
        tokens, keys = ("--tokens", vault.path / "tokens.toml"), ("--keys", vault.path / "keys.toml")
        for command in (("check", "--config", config, "--log-level", "debug"), ("--version",), ("--help",),
                        ("version",), ("inspect", hostile("counting")), ("inspect", "--json", hostile("counting")),
                        ("inspect", BUILD / "lib/toolrack/auth/env-token.so"),
                        ("token", "list", *tokens), ("token", "list", "--json", *tokens), ("key", "list", *keys),
                        ("key", "list", "--json", *keys), ("scan", vault.path), ("scan", "--json", vault.path)):
            done = toolrack(*command, **vault.variables)
            self.assert_hidden(done.stdout + done.stderr, " ".join(map(str, command)))
        for token in vault.right[8:] + vault.wrong:
            for command in ("verify", "hash"):
                done = subprocess.run([BINARY, "token", command, *tokens], input=token, env=environment(), text=True,
                                      capture_output=True, timeout=TIMEOUT, check=False)
                self.assert_hidden(done.stdout + done.stderr, f"token {command}")

    def test_are_not_repeated_when_pasted_in_the_wrong_place(self):
        ours = [one for one in self.vault.canaries if one.kind in ("token of the list", "signing key", "signed token")]
        for one in ours:
            for command in (("token", "revoke", one.text), ("token", "verify", one.text),
                            ("key", "retire", one.text), ("key", "new", "--kid", one.text), (one.text,),
                            ("serve", one.text), ("serve", "--config", one.text), ("inspect", one.text),
                            ("scan", one.text), ("token", "rotate", one.text), ("serve", "--log-level", one.text)):
                done = toolrack(*command, cwd=self.vault.path)
                self.assertNotEqual(0, done.returncode, done.args[1:3])
                self.assertEqual([], [seen for seen in self.search.find_in_text(done.stdout + done.stderr,
                                                                           f"{command[:-1]}")])

    def test_appear_nowhere_after_a_failed_start(self):
        short = new_token()[3:27]
        search = LeakSearch([Canary("short token", short)])
        for config, token in ((settings("echo"), short), (settings("echo"), f"{new_token()} {short}"),
                              # The token where the variable's name belongs.
                              (settings("echo", auth={"variable": short + "!"}), short),
                              (settings("echo", auth={"options": {"tokens": short}}), None),
                              (settings("echo", auth={"options": {"token": short}}), None),
                              (settings("echo", auth={"options": {"scopes": short}}), None)):
            with Folder(config) as folder:
                for command in ("serve", "check"):
                    done = toolrack(command, "--config", folder.config, token=token)
                    self.assertEqual(78, done.returncode)
                    self.assertEqual([], search.find_in_text(done.stdout + done.stderr, "a refusal"))

    def test_are_not_inherited_by_child_processes(self):
        # The probing child of each library has ended by now; what is left of its environment is the
        # server's own, which was looked at. `inspect` starts one without any server.
        done = toolrack("inspect", BUILD / "lib" / "toolrack" / "plugins" / "echo.so", **self.vault.variables)
        self.assertEqual(0, done.returncode, done)
        self.assert_hidden(done.stdout + done.stderr, "inspect")


if __name__ == "__main__":
    unittest.main()
