"""One token for each client: created, listed, rotated and revoked while the server runs."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import unittest
from datetime import datetime

from harness import BINARY, TIMEOUT, Folder, Server, environment, modern, rpc, settings, toolrack

LIST = rpc("tools/list")
TOKEN = re.compile(r"\btrk_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}\b")


class TokenList:
    """A folder with a list of tokens, and the command that keeps it."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="toolrack-tokens-")
        self.path = pathlib.Path(self._folder.name)
        self.list = self.path / "tokens.toml"
        self.revoked = self.path / "revoked.list"

    def run(self, *arguments, input=None):
        return subprocess.run([BINARY, "token", *map(str, arguments), "--tokens", self.list], env=environment(),
                              input=input, stdin=None if input is not None else subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=TIMEOUT, check=False)

    def done(self, *arguments, input=None):
        finished = self.run(*arguments, input=input)
        if finished.returncode != 0:
            raise AssertionError(f"{arguments}: {finished.stderr}")
        return finished.stdout

    def new(self, principal="ann", *more):
        return self.done("new", "--principal", principal, "--fd", 1, "--scope", "*", *more).strip()

    def config(self, **auth):
        return settings("echo", backend="token-file", auth={"options": {"path": self.list}} | auth)

    def close(self):
        self._folder.cleanup()


def id_of(token):
    return token.split("_")[1]


class TokenListTests(unittest.TestCase):
    def setUp(self):
        self.tokens = TokenList()
        self.addCleanup(self.tokens.close)

    def serve(self, **auth):
        server = Server(self.tokens.config(**auth))
        self.addCleanup(server.stop)
        return server

    def assert_soon(self, claim, what):
        end = time.monotonic() + TIMEOUT
        while not claim():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.005)

    def status(self, server, token):
        return server.post(LIST, token=token).status


class Tokens(TokenListTests):
    def test_one_is_created_shown_once_and_stored_as_a_hash(self):
        token = self.tokens.new()
        self.assertRegex(token, TOKEN)
        kept = self.tokens.list.read_text()
        self.assertIn(id_of(token), kept)
        self.assertNotIn(token.split("_")[2], kept)
        self.assertEqual(0, self.tokens.list.stat().st_mode & 0o027)

    def test_one_is_written_to_a_new_file_of_mode_0600(self):
        out = self.tokens.path / "for-ann"
        done = self.tokens.run("new", "--principal", "ann", "--out", out)
        self.assertEqual((0, ""), (done.returncode, done.stdout))
        self.assertRegex(out.read_text(), TOKEN)
        self.assertEqual(0o600, out.stat().st_mode & 0o777)
        again = self.tokens.run("new", "--principal", "ann", "--out", out)
        self.assertEqual(64, again.returncode)
        self.assertIn("already exists. Name a new file", again.stderr)

    def test_one_is_not_written_to_a_pipe_by_default(self):
        done = self.tokens.run("new", "--principal", "ann")
        self.assertEqual(64, done.returncode)
        self.assertIn("--out FILE", done.stderr)
        self.assertFalse(self.tokens.list.exists())

    def test_each_client_has_its_own_principal(self):
        ann, bob = self.tokens.new("ann"), self.tokens.new("bob")
        server = self.serve()
        self.assertEqual([200, 200], [self.status(server, ann), self.status(server, bob)])
        self.assertEqual(401, self.status(server, ann[:-1] + ("0" if ann[-1] != "0" else "1")))
        self.assertEqual(401, self.status(server, "trk_" + "0" * 63))
        self.assertEqual(401, self.status(server, server.token))

    def test_a_new_one_is_accepted_without_a_restart(self):
        self.tokens.new("ann")
        server = self.serve()
        bob = self.tokens.new("bob")
        self.assert_soon(lambda: self.status(server, bob) == 200, "bob was never let in")

    def test_a_revoked_one_is_refused_at_once_and_all_others_stay_valid(self):
        tokens = [self.tokens.new("ann") for _ in range(5)]
        server = self.serve()
        for token in tokens[:4]:
            self.tokens.done("revoke", id_of(token))
            self.assert_soon(lambda: self.status(server, token) == 401, "a revoked token was let in")
        self.assertEqual(200, self.status(server, tokens[4]))

    def test_all_of_a_principal_are_revoked_at_once(self):
        ann = [self.tokens.new("ann a\u00e9 %"), self.tokens.new("ann a\u00e9 %")]
        bob = self.tokens.new("bob")
        server = self.serve()
        self.tokens.done("revoke", "--principal", "ann a\u00e9 %", "--reason", "left\nus")
        for token in ann:
            self.assert_soon(lambda: self.status(server, token) == 401, "a revoked token was let in")
        self.assertEqual(200, self.status(server, bob))
        self.assertEqual(1, self.tokens.revoked.read_text().count("\n"))

    def test_a_stream_is_closed_when_its_token_is_revoked(self):
        ann, bob = self.tokens.new("ann"), self.tokens.new("bob")
        server = self.serve()
        streams = {}
        body, headers = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
        for token in (ann, bob):
            streams[token] = server.connect()
            self.addCleanup(streams[token].close)
            streams[token].send(server.request(body=body, fields=headers | {"Accept": "text/event-stream"},
                                               token=token))
            self.assertEqual(200, streams[token].read_head()[0])
            self.assertIn("acknowledged", streams[token].read_event()[0]["method"])
        self.tokens.done("revoke", id_of(ann))
        while streams[ann].read_block():
            pass
        self.assertFalse(streams[bob].is_closed(0.2))
        self.assertEqual(200, self.status(server, bob))

    def test_a_stream_is_closed_when_its_token_expires(self):
        self.tokens.new("bob")
        server = self.serve()
        token = self.tokens.new("ann", "--ttl", "5s")
        body, headers = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
        with server.connect() as stream:
            stream.send(server.request(body=body, fields=headers | {"Accept": "text/event-stream"}, token=token))
            self.assertEqual(200, stream.read_head()[0])
            while stream.read_block():
                pass
        self.assertEqual(401, self.status(server, token))

    def test_a_rotated_one_is_accepted_until_the_overlap_ends(self):
        old = self.tokens.new("ann", "--note", "laptop")
        server = self.serve()
        fresh = self.tokens.done("rotate", id_of(old), "--overlap", "2s", "--fd", 1).strip()
        self.assertNotEqual(old, fresh)
        self.assert_soon(lambda: self.status(server, fresh) == 200, "the successor was never let in")
        self.assert_soon(lambda: self.status(server, old) == 401, "the old one was never refused")
        self.assertEqual(200, self.status(server, fresh))
        shown = {one["id"]: one for one in json.loads(self.tokens.done("list", "--json"))}
        self.assertEqual(("expired", id_of(fresh)), (shown[id_of(old)]["state"], shown[id_of(old)]["replacedBy"]))
        self.assertEqual("laptop", shown[id_of(fresh)]["note"])

    def test_one_is_accepted_as_soon_as_it_is_shown(self):
        old = self.tokens.new("ann")
        server = self.serve()
        for _ in range(10):
            self.assertEqual(200, self.status(server, self.tokens.new("bob")))
            old = self.tokens.done("rotate", id_of(old), "--fd", 1).strip()
            self.assertEqual(200, self.status(server, old))

    def test_a_stream_of_a_rotated_one_is_closed_at_the_end_of_the_overlap(self):
        old = self.tokens.new("ann")
        server = self.serve()
        body, headers = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
        with server.stream(body, headers | {"Accept": "text/event-stream"}, token=old) as stream:
            self.assertIn("acknowledged", stream.next()["method"])
            self.tokens.done("rotate", id_of(old), "--overlap", "4s", "--fd", 1)
            self.assertEqual([], list(stream))
            ended = time.time()
        ends = {one["id"]: one["expires"] for one in json.loads(self.tokens.done("list", "--json"))}[id_of(old)]
        self.assertGreaterEqual(ended, datetime.fromisoformat(ends).timestamp())
        self.assertEqual(401, self.status(server, old))

    def test_an_expired_one_and_one_not_yet_valid_are_refused(self):
        early = self.tokens.new("ann", "--not-before", "2199-01-01T00:00:00Z")
        short = self.tokens.new("ann", "--ttl", "1s")
        server = self.serve()
        self.assertEqual(401, self.status(server, early))
        self.assert_soon(lambda: self.status(server, short) == 401, "an expired token was let in")

    def test_one_can_be_limited_to_networks(self):
        near, far = self.tokens.new("ann", "--source", "127.0.0.0/8"), self.tokens.new("ann", "--source", "10.0.0.0/8")
        server = self.serve()
        self.assertEqual([200, 401], [self.status(server, near), self.status(server, far)])

    def test_the_last_use_is_shown_after_the_server_ended(self):
        used, idle = self.tokens.new("ann"), self.tokens.new("bob")
        server = self.serve()
        self.assertEqual(200, self.status(server, used))
        server.stop()
        shown = {one["id"]: one for one in json.loads(self.tokens.done("list", "--json"))}
        self.assertIn("lastUse", shown[id_of(used)])
        self.assertNotIn("lastUse", shown[id_of(idle)])

    def test_the_last_use_is_shown_while_the_server_runs(self):
        used = self.tokens.new("ann")
        server = self.serve()
        self.assertEqual(200, self.status(server, used))
        self.assert_soon(lambda: "lastUse" in json.loads(self.tokens.done("list", "--json"))[0],
                         "its use was never saved")
        self.assertTrue(server.is_running())

    def test_the_last_use_is_kept_for_all_servers_of_a_list(self):
        ann, bob = self.tokens.new("ann"), self.tokens.new("bob")
        first, second = self.serve(), self.serve()
        self.assertEqual([200, 200], [self.status(first, ann), self.status(second, bob)])
        first.stop()
        second.stop()
        self.assertTrue(all("lastUse" in one for one in json.loads(self.tokens.done("list", "--json"))))

    def test_the_last_use_is_saved_after_an_error_ends(self):
        used = self.tokens.new("ann")
        (self.tokens.path / "last-use").mkdir()
        server = self.serve()
        self.assertEqual(200, self.status(server, used))
        server.wait_for_line("cannot save the last use of tokens: ")
        (self.tokens.path / "last-use").rmdir()
        server.wait_for_line("the last use of tokens is saved again")
        self.assertIn("lastUse", json.loads(self.tokens.done("list", "--json"))[0])

    def test_none_is_logged(self):
        token = self.tokens.new("ann")
        server = self.serve()
        self.status(server, token)
        self.tokens.done("revoke", id_of(token))
        self.assert_soon(lambda: self.status(server, token) == 401, "a revoked token was let in")
        server.wait_for_line("the token was revoked")
        self.assertIn(id_of(token), server.log)
        self.assertNotIn(token.split("_")[2][:8], server.log)


class TokenCommands(TokenListTests):
    def test_verify_reports_whether_a_token_is_valid(self):
        token = self.tokens.new()
        good = self.tokens.run("verify", input=token + "\n")
        self.assertEqual(0, good.returncode, good.stderr)
        self.assertIn("ann", good.stdout)
        self.tokens.done("revoke", id_of(token))
        bad = self.tokens.run("verify", "--json", input=token)
        self.assertEqual((1, "revoked"), (bad.returncode, json.loads(bad.stdout)["state"]))
        self.assertEqual(1, self.tokens.run("verify", input="trk_nonsense\n").returncode)
        self.assertEqual(64, self.tokens.run("verify", input="").returncode)

    def test_hash_prints_the_hash_that_a_list_contains(self):
        token = self.tokens.new()
        said = self.tokens.done("hash", input=token)
        for line in said.splitlines():
            self.assertIn(line, self.tokens.list.read_text())

    def test_a_token_in_place_of_its_id_is_revoked_and_not_printed(self):
        token = self.tokens.new()
        done = self.tokens.run("revoke", token)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("others may have seen it", done.stderr)
        self.assertNotIn(token.split("_")[2], done.stdout + done.stderr + self.tokens.revoked.read_text())
        self.assertEqual(1, self.tokens.run("verify", input=token).returncode)

    def test_a_token_is_revoked_although_the_list_is_invalid(self):
        token = self.tokens.new()
        good = self.tokens.list.read_text()
        self.tokens.list.write_text("schema = 1\n[[token")
        self.tokens.done("revoke", id_of(token))
        self.tokens.list.write_text(good)
        self.assertEqual(1, self.tokens.run("verify", input=token).returncode)

    def test_ids_can_be_read_from_standard_input(self):
        tokens = [self.tokens.new() for _ in range(3)]
        self.tokens.done("revoke", "--stdin", input="\n".join(map(id_of, tokens)) + "\n")
        states = [one["state"] for one in json.loads(self.tokens.done("list", "--json"))]
        self.assertEqual(["revoked"] * 3, states)

    def test_prune_removes_expired_tokens_only(self):
        keep, gone = self.tokens.new("ann"), self.tokens.new("bob", "--ttl", "1s")
        self.assert_soon(lambda: id_of(gone) in self.tokens.done("prune", "--older", "1s"), "it never ran out")
        self.assertEqual([id_of(keep)], [one["id"] for one in json.loads(self.tokens.done("list", "--json"))])

    def test_concurrent_changes_lose_nothing(self):
        running = [subprocess.Popen([BINARY, "token", "new", "--principal", f"p{number}", "--fd", "1",
                                     "--tokens", self.tokens.list],
                                    env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.DEVNULL) for number in range(8)]
        tokens = {one.communicate(timeout=TIMEOUT)[0].decode().strip() for one in running}
        self.assertEqual(8, len(tokens))
        self.assertEqual({f"p{number}" for number in range(8)},
                         {one["principal"] for one in json.loads(self.tokens.done("list", "--json"))})

    def test_invalid_arguments_are_refused_with_what_is_expected(self):
        for arguments, sentence in ((("--principal", ""), "1 to 256 bytes"), (("--principal", "a\nb"), "one line"),
                                    (("--principal", "a", "--ttl", "soon"), "such as 30m"),
                                    (("--principal", "a", "--scope", "a b"), "not a valid scope"),
                                    (("--principal", "a", "--source", "here"), "10.0.0.0/8"),
                                    (("--principal", "a", "--not-before", "tomorrow"), "2027-02-20T10:00:00Z"),
                                    (("--principal", "a", "--fd", "77"), "not open")):
            with self.subTest(arguments):
                done = self.tokens.run("new", *(arguments if "--fd" in arguments else (*arguments, "--fd", 1)))
                self.assertEqual((64, ""), (done.returncode, done.stdout), done.stderr)
                self.assertIn(sentence, done.stderr)
        self.assertFalse(self.tokens.list.exists())

    def test_an_unknown_id_is_named(self):
        self.tokens.new()
        done = self.tokens.run("rotate", "AAAAAAAAAAAA", "--fd", 1)
        self.assertEqual(64, done.returncode)
        self.assertIn("AAAAAAAAAAAA", done.stderr)
        done = self.tokens.run("revoke", "not-an-id")
        self.assertEqual(64, done.returncode)
        self.assertIn("12 letters and digits", done.stderr)

    def test_the_configuration_names_the_list(self):
        token = self.tokens.new()
        with Folder(self.tokens.config()) as folder:
            done = toolrack("token", "list", "--config", folder.config)
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertIn(id_of(token), done.stdout)
        with Folder(settings("echo")) as folder:
            done = toolrack("token", "list", "--config", folder.config)
            self.assertEqual(64, done.returncode)
            self.assertIn("--tokens FILE", done.stderr)


class InvalidTokenList(TokenListTests):
    def refused(self):
        with Folder(self.tokens.config()) as folder:
            done = toolrack("serve", "--config", folder.config)
        self.assertEqual(78, done.returncode, done.stderr)
        return done.stderr

    def test_prevents_the_start_and_the_error_names_the_line(self):
        self.tokens.new()
        good = self.tokens.list.read_text()
        for edit, sentence in ((("note", "notes"), "unknown key"), ((r'id = "', r'id = "!'), "12 letters"),
                               (("sha256:", "sha256:zz"), "hash"),
                               (("created = ", 'created = "now" # '), "point in time"),
                               (("created = 2", "created = 3000-13-0"), ""),
                               (("schema = 1", "schema = 2"), "schema = 1"),
                               (("expires", "never_expires = true\nexpires"), "both"),
                               (("[[token]]", "[[tokens]]"), "unknown key"), (("Z\n", "\n"), "point in time")):
            with self.subTest(edit):
                self.tokens.list.write_text(good.replace('scopes = ["*"]', 'scopes = ["*"]\nnote = "x"').replace(*edit))
                said = self.refused()
                self.assertIn(sentence, said)
                self.assertRegex(said, r"tokens\.toml:\d+:\d+: ")
        self.tokens.list.write_text(good + good[good.index("[[token]]"):])
        self.assertIn("twice", self.refused())

    def test_that_other_users_may_use_or_replace_prevents_the_start(self):
        self.tokens.new()
        self.tokens.list.chmod(0o644)
        self.assertIn("other users may use it", self.refused())
        self.tokens.list.chmod(0o660)
        self.assertIn("other users may use it", self.refused())
        self.tokens.list.chmod(0o640)
        self.tokens.path.chmod(0o777)
        self.assertIn("other users may write to the folder", self.refused())
        self.tokens.path.chmod(0o755)
        link = self.tokens.path / "link.toml"
        link.symlink_to(self.tokens.list)
        self.tokens.list = link
        self.assertIn("symbolic link", self.refused())

    def test_that_is_missing_or_too_long_or_not_a_file_prevents_the_start(self):
        self.assertIn("toolrack token new", self.refused())
        self.tokens.list.mkdir()
        self.assertIn("not a regular file", self.refused())
        self.tokens.list.rmdir()
        os.mkfifo(self.tokens.list, 0o600)
        self.assertIn("not a regular file", self.refused())
        self.tokens.list.unlink()
        self.tokens.list.touch(0o600)
        os.truncate(self.tokens.list, 100 * 1024 * 1024)
        self.assertIn("longer than", self.refused())

    def test_does_not_stop_a_running_server(self):
        token = self.tokens.new()
        good = self.tokens.list.read_text()
        server = self.serve()
        for count, break_it in enumerate((lambda: self.tokens.list.write_text(good[: len(good) // 2]),
                                          self.tokens.list.unlink,
                                          lambda: (self.tokens.list.write_text(good),
                                                    self.tokens.list.chmod(0o666))), 1):
            break_it()
            server.wait_for_line("the previous version stays in force", count)
            self.assertEqual(200, self.status(server, token))
        self.tokens.list.chmod(0o600)
        server.wait_for_line("is valid again")
        bob = self.tokens.new("bob")
        self.assert_soon(lambda: self.status(server, bob) == 200, "bob was never let in")

    def test_does_not_delay_a_revocation(self):
        token = self.tokens.new()
        server = self.serve()
        self.tokens.list.write_text("schema = 1\n[[token")
        server.wait_for_line("the previous version stays in force")
        self.tokens.revoked.write_text(f"2026-11-22T10:00:00Z tok {id_of(token)}\n")
        self.tokens.revoked.chmod(0o600)
        self.assert_soon(lambda: self.status(server, token) == 401, "a revoked token was let in")

    def test_an_invalid_line_of_the_revocations_keeps_the_others_in_force(self):
        one, two = self.tokens.new(), self.tokens.new()
        self.tokens.done("revoke", id_of(one))
        server = self.serve()
        with self.tokens.revoked.open("a") as revoked:
            revoked.write(f"nonsense\n2026-11-22T10:00:00Z tok {id_of(two)}\n")
        server.wait_for_line(r"revoked\.list:2: the line is not a revocation")
        self.assertEqual([401, 401], [self.status(server, one), self.status(server, two)])
        self.tokens.revoked.unlink()
        server.wait_for_line("earlier revocations stay in force")
        self.assertEqual([401, 401], [self.status(server, one), self.status(server, two)])


class BackendChain(TokenListTests):
    def chain(self, *backends, **auth):
        return settings("echo", backend=backends, auth={"options": {"token-file": {"path": self.tokens.list}}} | auth)

    def test_uses_one_backend_after_the_other(self):
        token = self.tokens.new()
        with Server(self.chain("token-file", "env-token")) as server:
            self.assertEqual([200, 200, 401], [self.status(server, one) for one in (token, server.token, "x" * 40)])

    def test_ends_at_a_refusal(self):
        token = self.tokens.new()
        self.tokens.done("revoke", id_of(token))
        with Server(self.chain("token-file", "env-token"), token=token) as server:
            self.assertEqual(401, self.status(server, token))


if __name__ == "__main__":
    unittest.main()
