"""Signed tokens: issued by the command or by another library, accepted by the server, revoked while it runs."""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import pty
import re
import stat
import subprocess
import threading
import time
import unittest

from harness import BINARY, TIMEOUT, Folder, Server, environment, rpc, settings, toolrack, wait_until
from test_clients import INSTALLED, install, node_version

LIST = rpc("tools/list")
HERE = "https://tools.example.com/mcp"
USAGE, CONFIGURATION = 64, 78


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(secret, kid, claims, header=None):
    """A signed token, made in pure Python."""
    head = header or {"alg": "HS256", "typ": "at+jwt", "kid": kid}
    text = b64(json.dumps(head).encode()) + "." + b64(json.dumps(claims).encode())
    return text + "." + b64(hmac.new(secret, text.encode(), hashlib.sha256).digest())


def claims_of(**more):
    now = int(time.time())
    return {"iss": "toolrack", "aud": HERE, "sub": "ann", "scope": "tools", "iat": now, "exp": now + 600,
            "jti": b64(os.urandom(9))} | more


class Keys:
    """A folder with a keys file and a configuration that names it."""

    def __init__(self, test, **options):
        self._folder = Folder()
        test.addCleanup(self._folder.__exit__)
        self.folder = self._folder.path
        self.keys = self.folder / "keys.toml"
        self.list = self.folder / "revoked.list"
        self.config = settings("echo", backend="hmac-token", server={"public_url": HERE},
                               auth={"options": {"keys": self.keys} | options})
        self._folder.config.write_text(self.config)
        self.config_file = self._folder.config
        self.said = []
        self.kid = self.key("new", "--json")["kid"]

    def run(self, *arguments, **more):
        done = toolrack(*arguments, "--config", self.config_file, **more)
        self.said.append(done.stdout + done.stderr)
        return done

    def ok(self, *arguments):
        done = self.run(*arguments)
        if done.returncode != 0:
            raise AssertionError(done)
        return done.stdout

    def key(self, *arguments):
        out = self.ok("key", *arguments)
        return json.loads(out) if "--json" in arguments else out

    def mint(self, *arguments, principal="ann", scopes=("tools",)):
        """(the token, its description)"""
        out = self.folder / f"token-{b64(os.urandom(6))}"
        said = json.loads(self.ok("token", "mint", "--principal", principal, "--scope", *scopes, "--json", "--out", out,
                                  *arguments))
        return out.read_text().strip(), said

    def export(self, *arguments):
        out = self.folder / f"key-{b64(os.urandom(6))}"
        self.ok("key", "export", *arguments, "--out", out)
        return out.read_text().strip()

    def secret(self, kid=None):
        return base64.urlsafe_b64decode(self.export(*([kid] if kid else []), "--base64url") + "=")

    def revoke(self, *what):
        with open(self.list, "a") as lines:
            lines.write(" ".join((time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), *what)) + "\n")


class HmacTests(unittest.TestCase):
    def setUp(self):
        self.keys = Keys(self)

    def serve(self, *arguments):
        server = Server(self.keys.config, *arguments)
        self.addCleanup(server.stop)
        return server

    def is_accepted(self, server, token):
        return server.post(LIST, token=token).status == 200

    def assert_refused(self, server, token, status=401):
        response = server.post(LIST, token=token)
        self.assertEqual(status, response.status, response)
        self.assertIn('error="invalid_token"', response.field("WWW-Authenticate"))
        self.assertNotIn(token, response.body.decode())
        return response

    def wait_until_refused(self, server, token):
        self.assertTrue(wait_until(lambda: not self.is_accepted(server, token)), server.log)
        self.assert_refused(server, token)


class HmacServer(HmacTests):
    def test_accepts_a_minted_token_and_no_other(self):
        token, about = self.keys.mint("--ttl", "10m", principal="ann", scopes=("tools", "orders:read"))
        self.assertEqual(("ann", ["tools", "orders:read"], HERE, self.keys.kid),
                         (about["principal"], about["scopes"], about["audience"], about["kid"]))
        with Server(self.keys.config) as server:
            self.assertTrue(self.is_accepted(server, token))
            self.assert_refused(server, token[:-2] + ("AA" if token[-2:] != "AA" else "BA"))
            self.assert_refused(server, "a.b.c")
            self.assert_refused(server, "no-signed-token-at-all-but-long-enough")
            self.assertEqual(401, server.post(LIST, token=None).status)

    def test_accepts_a_token_that_another_program_signed(self):
        secret = self.keys.secret()
        server = self.serve()
        self.assertTrue(self.is_accepted(server, signed(secret, self.keys.kid, claims_of())))
        self.assertTrue(self.is_accepted(server, signed(secret, self.keys.kid, claims_of(aud=["x", HERE], azp="ci"))))
        now = int(time.time())
        for claims in (claims_of(aud="https://elsewhere.example.com/mcp"), claims_of(exp=now - 1),
                       claims_of(iat=now + 600), claims_of(exp=now + 25 * 3600), claims_of(iss="somebody"),
                       claims_of(exp=now + 60.5), claims_of(nbf=now + 600), {"sub": "ann"}):
            self.assert_refused(server, signed(secret, self.keys.kid, claims))
        for header in ({"alg": "none"}, {"typ": "JWT"}, {"jwk": {}}, {"crit": []}, {"kid": "../../etc/passwd"}):
            head = {"alg": "HS256", "typ": "at+jwt", "kid": self.keys.kid} | header
            self.assert_refused(server, signed(secret, self.keys.kid, claims_of(), head))
        self.assertIn("its aud does not name this server", server.log)

    def test_refuses_known_attacks_on_jwt_libraries(self):
        secret, kid = self.keys.secret(), self.keys.kid
        server = self.serve()
        good = signed(secret, kid, claims_of())
        self.assertTrue(self.is_accepted(server, good))
        header, claims, signature = good.split(".")

        def headed(**changes):
            return signed(secret, kid, claims_of(), {"alg": "HS256", "typ": "at+jwt", "kid": kid} | changes)

        def sealed(header, claims):
            text = f"{header}.{claims}"
            return text + "." + b64(hmac.new(secret, text.encode(), hashlib.sha256).digest())

        nothing = b64(json.dumps({"alg": "none", "typ": "at+jwt", "kid": kid}).encode())
        evil = "https://evil.example.com/keys"
        last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        longer = hmac.new(secret, f"{header}.{claims}".encode(), hashlib.sha512).digest()
        forged = {
            "no algorithm, no signature": f"{nothing}.{claims}.",
            "no algorithm, the old signature": f"{nothing}.{claims}.{signature}",
            **{f"alg {alg}": headed(alg=alg)
               for alg in ("none", "None", "HS384", "HS512", "RS256", "ES256", "EdDSA", "hs256", "")},
            "the MAC of HS512": f"{header}.{claims}.{b64(longer)}",
            **{f"{name} in the header": headed(**{name: what}) for name, what in (
                ("jku", evil), ("x5u", evil), ("jwk", {"kty": "oct", "k": b64(secret)}), ("x5c", ["AAAA"]),
                ("crit", ["exp"]), ("b64", False), ("zip", "DEF"), ("enc", "A128GCM"), ("cty", "JWT"))},
            **{f"kid {name}": headed(kid=name) for name in ("other", "", "../../../etc/passwd", "' or 1=1 --", evil)},
            "unused bits": good[:-1] + last[last.index(good[-1]) ^ 1],
            "padding": good + "=",
            "padding inside": sealed(header, claims + "="),
            "another alphabet": sealed(header, base64.b64encode(
                json.dumps(claims_of(x="\u00ff\u00fe?>~")).encode()).decode().rstrip("=") + "+/+/"),
            "two segments": f"{header}.{claims}",
            "four segments": good + ".AAAA",
            "an empty signature": f"{header}.{claims}.",
            "a short signature": f"{header}.{claims}.{signature[:22]}",
        }
        now = int(time.time())
        said = {f"without {name}": {key: one for key, one in claims_of().items() if key != name}
                for name in claims_of() if name != "nbf"}
        said |= {"issued tomorrow": claims_of(iat=now + 86400, exp=now + 2 * 86400),
                 "not before tomorrow": claims_of(nbf=now + 86400),
                 "expired": claims_of(iat=now - 100, exp=now - 1),
                 "for somebody else": claims_of(aud="https://other.example.com/mcp"),
                 "for nobody": claims_of(aud=[]),
                 "almost for us": claims_of(aud=HERE + "/"),
                 "of another issuer": claims_of(iss="evil"),
                 "a time in words": claims_of(exp=str(now + 600)),
                 "no name": claims_of(sub=""),
                 "scopes in a list": claims_of(scope=["tools"]),
                 "bound to a key": claims_of(cnf={"jkt": "AAAA"})}
        forged |= {what: signed(secret, kid, each) for what, each in said.items()}
        for what, token in forged.items():
            with self.subTest(what):
                self.assert_refused(server, token)
        # What does not even fit into a head is never looked at.
        self.assertEqual(431, server.post(LIST, token="A" * 5_000_000).status)
        self.assertEqual(431, server.post(LIST, token="a." + "A" * 5_000_000 + ".b").status)
        self.assertTrue(self.is_accepted(server, good))

    def test_keeps_its_keys_when_their_file_becomes_invalid(self):
        server = self.serve()
        token, _ = self.keys.mint()
        good = self.keys.keys.read_text()
        entry = good.split("schema = 1\n")[1]
        broken = {
            "is not a key": re.sub(r'"trkk_[^"]*"', '"-----BEGIN PRIVATE KEY-----"', good),
            "is not a key ": re.sub(r'"trkk_[^"]*"', '"trkk_c2hvcnQ"', good),
            "are both active": good + re.sub(r'trkk_....', "trkk_AAAA", entry).replace(self.keys.kid, "k2"),
            "have the same secret": good + entry.replace(self.keys.kid, "k2").replace('"active"', '"verify"'),
            "two keys have the kid": good + re.sub(r'trkk_....', "trkk_AAAA", entry).replace('"active"', '"verify"'),
            "is not a state": good.replace('"active"', '"on"'),
            "unknown key": good.replace("created", "made"),
            "keys.toml:": good[: len(good) // 2],
            "other users may use it": good,
        }
        for times, (sentence, text) in enumerate(broken.items(), 1):
            with self.subTest(sentence):
                next_one = self.keys.folder / "next"
                next_one.write_text(text)
                next_one.chmod(0o644 if sentence == "other users may use it" else 0o600)
                next_one.rename(self.keys.keys)
                said = server.wait_for_line("the previous version stays in force", times)[-1]
                self.assertIn(sentence.strip(), said)
                self.assertNotRegex(said, r"trkk_\w|c2hvcnQ")
                self.assertTrue(self.is_accepted(server, token))
                next_one.write_text(good)
                next_one.chmod(0o600)
                next_one.rename(self.keys.keys)
                server.wait_for_line("is valid again", times)
        self.assertEqual(len(broken), server.log.count("the previous version stays in force"))

    def test_refuses_a_revoked_token_without_a_restart(self):
        server = self.serve()
        (first, about), (second, _) = self.keys.mint(), self.keys.mint()
        self.assertTrue(self.is_accepted(server, first))
        begun = time.monotonic()
        self.keys.revoke("jti", about["jti"], "stolen")
        self.wait_until_refused(server, first)
        self.assertLess(time.monotonic() - begun, 5)
        self.assertTrue(self.is_accepted(server, second))
        self.keys.revoke("principal-before", "somebody-else")
        self.keys.revoke("kid", self.keys.kid)
        self.wait_until_refused(server, second)

    def test_revokes_in_spite_of_an_invalid_line(self):
        server = self.serve()
        token, about = self.keys.mint()
        self.keys.revoke("nonsense", "")
        server.wait_for_line("revoked.list:1: the line is not a revocation")
        self.assertTrue(self.is_accepted(server, token))
        self.keys.revoke("jti", about["jti"])
        self.wait_until_refused(server, token)
        self.keys.list.unlink()
        server.wait_for_line("revoked.list cannot be used: No such file")
        self.assert_refused(server, token)

    def test_accepts_both_keys_while_they_rotate_and_a_retired_one_never_again(self):
        server = self.serve()
        old, _ = self.keys.mint()
        self.assertTrue(self.is_accepted(server, old))
        rotated = self.keys.key("rotate", "--overlap", "2h", "--json")
        self.assertEqual(self.keys.kid, rotated["verify"])
        new, about = self.keys.mint()
        self.assertEqual(rotated["active"], about["kid"])
        self.assertTrue(wait_until(lambda: self.is_accepted(server, new)))
        self.assertTrue(self.is_accepted(server, old))
        self.keys.key("retire", self.keys.kid)
        self.wait_until_refused(server, old)
        self.assertTrue(self.is_accepted(server, new))

    def test_refuses_no_caller_during_rotations(self):
        server = self.serve()
        token = [self.keys.mint()[0]]
        refused, is_over = [], threading.Event()

        def call():
            while not is_over.is_set():
                response = server.post(LIST, token=token[0])
                if response.status != 200:
                    refused.append(response)

        callers = [threading.Thread(target=call) for _ in range(2)]
        for caller in callers:
            caller.start()
        for _ in range(5):
            new = self.keys.key("rotate", "--json")["active"]
            fresh = self.keys.mint()[0]
            server.wait_for_line(f"accepted keys: .*{new}")
            token[0] = fresh
        is_over.set()
        for caller in callers:
            caller.join()
        self.assertEqual([], refused)

    def test_does_not_start_without_valid_files_and_says_what_to_do(self):
        def refusal():
            done = self.keys.run("check")
            self.assertEqual(CONFIGURATION, done.returncode, done)
            return done.stderr

        self.assertEqual(0, self.keys.run("check").returncode)
        self.keys.keys.chmod(0o644)
        self.assertIn("other users may use it", refusal())
        self.keys.keys.chmod(0o600)
        good = self.keys.keys.read_text()
        self.keys.keys.write_text(good + good.split("schema = 1\n")[1].replace(self.keys.kid, "k2"))
        self.assertIn("have the same secret", refusal())
        self.keys.keys.write_text(re.sub(r'"trkk_[^"]*"', '"-----BEGIN PRIVATE KEY-----"', good))
        self.assertRegex(refusal(), r"keys\.toml:6:10: key\.secret is not a key;")
        self.keys.keys.unlink()
        self.assertIn("toolrack key new --keys", refusal())

    def test_in_a_chain_passes_unsigned_tokens_to_the_next_backend(self):
        config = settings("echo", backend=["hmac-token", "env-token"], server={"public_url": HERE},
                          auth={"options": {"hmac-token": {"keys": self.keys.keys}}})
        with Server(config) as server:
            self.assertTrue(self.is_accepted(server, self.keys.mint()[0]))
            self.assertTrue(self.is_accepted(server, server.token))
            self.assert_refused(server, "a.b.c")


class KeyCommands(HmacTests):
    def test_create_the_file_for_its_owner_only_and_keep_its_mode(self):
        self.assertEqual(0o600, stat.S_IMODE(self.keys.keys.stat().st_mode))
        self.keys.keys.chmod(0o640)
        self.keys.key("rotate")
        self.assertEqual(0o640, stat.S_IMODE(self.keys.keys.stat().st_mode))
        self.assertEqual({"keys.toml", "keys.toml.lock", "toolrack.toml"},
                         {path.name for path in self.keys.folder.iterdir()})

    def test_list_the_keys_without_their_secrets(self):
        beside = self.keys.key("new", "--kid", "ci", "--json")
        self.assertEqual("verify", beside["state"])
        listed = {key["kid"]: key["state"] for key in self.keys.key("list", "--json")["keys"]}
        self.assertEqual({self.keys.kid: "active", "ci": "verify"}, listed)
        self.assertRegex(self.keys.key("list"), rf"{self.keys.kid} +active +\d{{4}}-")
        # A key in state verify can become the active one.
        self.assertEqual("ci", self.keys.key("rotate", "--kid", "ci", "--json")["active"])
        self.assertEqual("ci", self.keys.mint()[1]["kid"])

    def test_report_usage_errors(self):
        for arguments, words in (
                (("key",), "subcommand"),
                (("key", "export"), "--jwk"),
                (("key", "retire", "nobody"), "Key nobody does not exist"),
                (("key", "new", "--kid", "a b"), "is not a valid key id"),
                (("key", "new", "--kid", self.keys.kid), "already exists"),
                (("key", "rotate", "--overlap", "soon"), "--overlap"),
                (("key", "rotate", "--kid", self.keys.kid), "is already the active key"),
                (("token", "mint", "--scope", "a", "--fd", "1"), "--principal"),
                (("token", "mint", "--principal", "ann", "--fd", "1"), "--scope"),
                (("token", "mint", "--principal", "ann b", "--scope", "a", "--fd", "1"),
                 "--principal is not a valid name"),
                (("token", "mint", "--principal", "ann", "--scope", 'a"b', "--fd", "1"), "is not a valid scope"),
                (("token", "mint", "--principal", "ann", "--scope", "a", "--fd", "1", "--ttl", "25h"),
                 "is above max_ttl"),
                (("token", "mint", "--principal", "ann", "--scope", "a", "--fd", "9"), "not open"),
                (("token", "mint", "--principal", "ann", "--scope", *["a" * 100] * 40, "--fd", "1"),
                 "longer than 4 KiB")):
            with self.subTest(arguments):
                done = self.keys.run(*arguments)
                self.assertEqual((USAGE, ""), (done.returncode, done.stdout), done)
                self.assertIn(words, done.stderr)

    def test_do_not_sign_without_an_active_key(self):
        self.keys.key("retire", self.keys.kid)
        done = self.keys.run("token", "mint", "--principal", "ann", "--scope", "a", "--fd", "1")
        self.assertEqual((CONFIGURATION, ""), (done.returncode, done.stdout))
        self.assertIn("toolrack key new", done.stderr)
        self.assertEqual("active", self.keys.key("new", "--json")["state"])

    def test_verify_a_token_as_the_server_would(self):
        token, about = self.keys.mint()
        said = self.keys.run("token", "verify", "--json", input=token + "\n")
        self.assertEqual(0, said.returncode, said)
        self.assertEqual((about["jti"], "ann", "valid"),
                         tuple(json.loads(said.stdout)[key] for key in ("jti", "principal", "state")))
        alone = toolrack("token", "verify", "--keys", self.keys.keys, "--audience", HERE, input=token,
                         HOME="/nonexistent")
        self.assertEqual(0, alone.returncode, alone)
        elsewhere = self.keys.run("token", "verify", "--audience", "https://elsewhere.example.com/mcp", input=token)
        self.assertEqual(1, elsewhere.returncode)
        self.assertIn("its aud does not name this server", elsewhere.stdout)
        self.keys.ok("token", "revoke", about["jti"], "--reason", "lost")
        said = self.keys.run("token", "verify", input=token)
        self.assertEqual(1, said.returncode)
        self.assertIn("revoked", said.stdout)

    def test_revoke_a_token_by_its_id_its_text_or_its_principal(self):
        server = self.serve()
        tokens = [self.keys.mint(principal=name) for name in ("ann", "bob", "eve", "eve", "dan")]
        self.keys.ok("token", "revoke", tokens[0][1]["jti"])
        done = self.keys.run("token", "revoke", tokens[1][0])
        self.assertEqual(0, done.returncode, done)
        self.assertIn("others may have seen it", done.stderr)
        self.assertNotIn(tokens[1][0].split(".")[2], done.stdout + done.stderr + self.keys.list.read_text())
        self.keys.ok("token", "revoke", "--principal", "eve")
        for token, _ in tokens[:4]:
            self.wait_until_refused(server, token)
        self.assertTrue(self.is_accepted(server, tokens[4][0]))
        done = self.keys.run("token", "revoke", "two words")
        self.assertEqual(USAGE, done.returncode)
        self.assertIn("is one word", done.stderr)

    def test_revoke_a_principal_in_every_backend_of_a_chain(self):
        (self.keys.folder / "listed").mkdir(mode=0o700)
        tokens = self.keys.folder / "listed" / "tokens.toml"
        done = toolrack("token", "new", "--principal", "ann", "--scope", "*", "--fd", "1", "--tokens", tokens)
        self.keys.config = settings("echo", backend=["token-file", "hmac-token"], server={"public_url": HERE},
                                    auth={"options": {"token-file": {"path": tokens},
                                                      "hmac-token": {"keys": self.keys.keys}}})
        self.keys.config_file.write_text(self.keys.config)
        server, listed, (signed_one, about) = self.serve(), done.stdout.strip(), self.keys.mint()
        other = self.keys.mint()[0]
        self.assertTrue(all(self.is_accepted(server, token) for token in (listed, signed_one, other)))
        self.keys.ok("token", "revoke", about["jti"])
        self.wait_until_refused(server, signed_one)
        self.assertTrue(self.is_accepted(server, listed))
        self.keys.ok("token", "revoke", "--principal", "ann")
        self.wait_until_refused(server, listed)
        self.wait_until_refused(server, other)

    def test_need_no_configuration_with_all_options(self):
        elsewhere = self.keys.folder / "elsewhere.toml"
        for arguments in (("key", "new", "--keys", elsewhere), ("key", "list", "--keys", elsewhere),
                          ("token", "mint", "--principal", "ann", "--scope", "a", "--keys", elsewhere,
                           "--audience", "https://x.example.com/mcp", "--fd", "1")):
            done = toolrack(*arguments, HOME="/nonexistent")
            self.assertEqual(0, done.returncode, done)
        done = toolrack("key", "list", TOOLRACK_CONFIG=self.keys.config_file)
        self.assertIn(self.keys.kid, done.stdout)
        with Folder(settings("echo")) as other:
            done = toolrack("key", "list", "--config", other.config)
            self.assertEqual(CONFIGURATION, done.returncode)
            self.assertIn("Name the keys file with --keys", done.stderr)


class SecretOutput(HmacTests):
    MINT = ("token", "mint", "--principal", "ann", "--scope", "a")

    def test_are_not_written_to_a_pipe_by_default(self):
        for arguments in (("key", "export", "--jwk"), ("key", "export", "--base64url"), self.MINT):
            done = self.keys.run(*arguments)
            self.assertEqual((USAGE, ""), (done.returncode, done.stdout), done)
            self.assertIn("--out FILE", done.stderr)
            for more in (("--json",), ("--json", "--fd", "1")):
                self.assertEqual((USAGE, ""), (self.keys.run(*arguments, *more).returncode, ""))
        self.assertEqual(43, len(self.keys.ok("key", "export", "--base64url", "--fd", "1").strip()))
        self.assertEqual(2, self.keys.ok(*self.MINT, "--fd", "1").count("."))

    def test_are_written_to_a_named_descriptor(self):
        reading, writing = os.pipe()
        done = subprocess.run([BINARY, *self.MINT, "--config", self.keys.config_file, "--json", "--fd", str(writing)],
                              env=environment(), pass_fds=[writing], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=TIMEOUT, check=True)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            token = pipe.read().strip()
        self.assertEqual(2, token.count("."))
        self.assertNotIn(token, done.stdout.decode() + done.stderr.decode())
        self.assertEqual("ann", json.loads(done.stdout)["principal"])

    def test_are_written_to_a_new_file_of_mode_0600(self):
        out = self.keys.folder / "token"
        self.keys.ok(*self.MINT, "--out", out)
        self.assertEqual(0o600, stat.S_IMODE(out.stat().st_mode))
        before = out.read_text()
        done = self.keys.run(*self.MINT, "--out", out)
        self.assertEqual(USAGE, done.returncode)
        self.assertIn("already exists. Name a new file", done.stderr)
        self.assertEqual(before, out.read_text())
        (self.keys.folder / "link").symlink_to(self.keys.folder / "target")
        self.assertEqual(USAGE, self.keys.run(*self.MINT, "--out", self.keys.folder / "link").returncode)
        self.assertFalse((self.keys.folder / "target").exists())

    def test_are_shown_on_a_terminal(self):
        ours, theirs = pty.openpty()
        done = subprocess.run([BINARY, *self.MINT, "--config", self.keys.config_file], env=environment(),
                              stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE, timeout=TIMEOUT,
                              check=False)
        os.close(theirs)
        shown = os.read(ours, 8192).decode()
        os.close(ours)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertRegex(shown, r"^[\w-]+\.[\w-]+\.[\w-]+\r?\n$")
        self.assertNotIn(shown.strip(), done.stderr.decode())

    def test_appear_nowhere_else(self):
        keys = self.keys
        kept = [keys.export("--base64url"), json.loads(keys.export("--jwk"))["k"]]
        self.assertEqual(kept[0], kept[1])
        tokens = []
        with Server(keys.config, "--log-level", "debug") as server:
            for _ in range(2):
                tokens.append(keys.mint()[0])
                self.assertTrue(wait_until(lambda: self.is_accepted(server, tokens[-1])))
                keys.key("rotate")
                keys.key("list")
                kept.append(keys.export("--base64url"))
            keys.key("retire", keys.kid)
            self.wait_until_refused(server, tokens[0])
            broken = keys.keys.read_text()
            keys.keys.write_text(broken.replace("state = \"verify\"", "state = \"active\""))
            server.wait_for_line("are both active")
            keys.run("key", "list")
            keys.keys.write_text(broken.replace('"\nstate', 'x"\nstate'))
            server.wait_for_line("is not a key")
            keys.run("key", "list")
            keys.run("check")
            self.assertTrue(self.is_accepted(server, tokens[1]))
        said = "\n".join([server.log, *keys.said])
        for secret in kept:
            raw = base64.urlsafe_b64decode(secret + "=")
            for form in (secret, secret[:12], secret[-12:], raw.hex(), raw.hex()[:16],
                         base64.b64encode(raw).decode()[:16]):
                self.assertNotIn(form, said)
        for token in tokens:
            self.assertNotIn(token, said)
            self.assertNotIn(token.split(".")[2][:12], said)
        self.assertNotIn("trkk_", said.replace("expected trkk_ and 43 characters", ""))


class OtherLibraries(HmacTests):
    """Other libraries can sign tokens with the exported key, and verify minted ones."""

    @classmethod
    def setUpClass(cls):
        if node_version() < 20:
            raise unittest.SkipTest("needs Node 20 or newer, with npm")
        install()

    def node(self, library, what, **said):
        jwk = json.loads(self.keys.export("--jwk"))
        done = subprocess.run(["node", "mint.mjs", library, what], cwd=INSTALLED, capture_output=True, text=True,
                              input=json.dumps({"jwk": jwk, "audience": HERE, "issuer": "toolrack"} | said),
                              timeout=4 * TIMEOUT, check=False, env={"PATH": os.environ["PATH"]})
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def test_sign_tokens_that_are_accepted(self):
        server = self.serve()
        for library in ("jose", "jsonwebtoken"):
            with self.subTest(library):
                self.assertTrue(self.is_accepted(server, self.node(library, "sign", claims=claims_of())), server.log)
                self.assert_refused(server, self.node(library, "sign", claims=claims_of(aud="https://x.example.com")))

    def test_verify_minted_tokens(self):
        token, about = self.keys.mint(scopes=("tools", "orders:read"))
        for library in ("jose", "jsonwebtoken"):
            with self.subTest(library):
                claims = json.loads(self.node(library, "verify", token=token))
                self.assertEqual(("ann", "tools orders:read", about["jti"], HERE),
                                 (claims["sub"], claims["scope"], claims["jti"], claims["aud"]))


if __name__ == "__main__":
    unittest.main()
