"""A token is never shown: not in the log, not in an answer, not where the kernel shows processes."""

import base64
import json
import pathlib
import unittest
import urllib.parse

from harness import BUILD, Folder, Server, Session, new_token, request, rpc, settings, toolrack

LIST = rpc("tools/list")


def disguises(secret):
    """What a secret may look like when somebody shows it by mistake; the shortest is 8 characters of it."""
    raw = secret.encode()
    encoded = base64.b64encode(raw).decode()
    return {"raw": secret, "a prefix": secret[:8], "a suffix": secret[-8:], "upper case": secret.upper(),
            "hex": raw.hex(), "base64": encoded[:20], "base64 after Bearer ": base64.b64encode(b"Bearer " + raw).decode()[12:30],
            "reversed": secret[::-1], "percent": "".join(f"%{byte:02X}" for byte in raw[:6])}


class Canaries(unittest.TestCase):
    def assert_hidden(self, secret, text, where):
        for disguise, form in disguises(secret).items():
            self.assertNotIn(form, text, f"{disguise} of a token in {where}")

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
            lambda: server.send(path=f"/{token}", body=body, token=None),
            lambda: server.send(body=b"{" + token.encode(), token=token),
            lambda: server.raw(request("POST", "/mcp", [*server.fields(token=token).items(),
                                                        ("Authorization", f"Bearer {token}")], body)),
            lambda: server.raw(request("POST", "/mcp", server.fields({"Transfer-Encoding": "x"}, token=token), body)),
            lambda: server.send("GET", token=token),
            lambda: server.send("DELETE", fields={"Mcp-Session-Id": "x"}, token=token),
            lambda: server.post(rpc("tools/call", {"name": "echo", "arguments": {}}), token=token),
            lambda: server.post(rpc("nonsense"), token=token),
            lambda: server.modern("server/discover"),
        ]
        return [attempt() for attempt in tries]

    def kernel_shows(self, pid, name):
        try:
            return (pathlib.Path("/proc") / str(pid) / name).read_bytes().decode("latin-1")
        except PermissionError:
            return ""  # better still: not even to who started it

    def test_are_found_nowhere_at_the_loudest_level(self):
        right, wrong = new_token(), new_token()
        with Server(settings("echo", "time"), "--log-level", "debug", token=right) as server:
            answers = self.show_it_everywhere(server, right) + self.show_it_everywhere(server, wrong)
            Session(server).request("tools/list")
            for token in (right, wrong):
                for answer in answers:
                    if answer.status == 404 and answer.body and "nonsense" not in answer.body.decode():
                        continue  # a path is not a place for a token, and comes back to who sent it only
                    self.assert_hidden(token, f"{answer.fields} {answer.body.decode()}", "an answer")
            for name in ("environ", "cmdline", "comm", "status"):
                self.assert_hidden(right, self.kernel_shows(server.pid, name), f"/proc/PID/{name}")
        for token in (right, wrong):
            self.assert_hidden(token, server.log, "the log")

    def test_are_found_nowhere_when_a_start_is_refused(self):
        short = new_token()[:24]
        for config, token in ((settings("echo"), short), (settings("echo"), f"{new_token()} {short}"),
                              # The token where the variable's name belongs.
                              (settings("echo", auth={"variable": short + "!"}), short)):
            with Folder(config) as folder:
                for command in ("serve", "check"):
                    done = toolrack(command, "--config", folder.config, token=token)
                    self.assertEqual(78, done.returncode)
                    for one in token.split():
                        self.assert_hidden(one, done.stdout + done.stderr, "a refusal")

    def test_are_not_handed_to_children(self):
        # The probing child of each library has ended by now; what is left of its environment is the
        # server's own, which the first test looked at. `inspect` starts one without any server.
        token = new_token()
        done = toolrack("inspect", BUILD / "lib" / "toolrack" / "plugins" / "echo.so", token=token)
        self.assertEqual(0, done.returncode, done)
        self.assert_hidden(token, done.stdout + done.stderr, "inspect")
