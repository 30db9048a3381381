"""toolrack scan: finds leaked tokens and keys, and never prints them."""

import json
import os
import secrets
import string
import subprocess
import unittest
import zlib

from harness import BINARY, TIMEOUT, Folder, environment, toolrack

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase


def checked(text):
    left, check = zlib.crc32(text.encode()), ""
    for _ in range(6):
        left, digit = divmod(left, 62)
        check = DIGITS[digit] + check
    return text + check


def some(count):
    return "".join(secrets.choice(DIGITS) for _ in range(count))


class Token(str):
    """As `toolrack token new` makes one."""

    def __new__(cls):
        return super().__new__(cls, checked(f"trk_{some(12)}_{some(43)}_"))

    @property
    def id(self):
        return self[4:16]


class ScanTests(unittest.TestCase):
    def setUp(self):
        folder = Folder()
        self.addCleanup(folder.__exit__)
        self.path = folder.path

    def write(self, name, content):
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def scan(self, *arguments, cwd=None):
        done = toolrack("scan", *arguments, cwd=cwd or self.path)
        self.assertNotRegex(done.stdout + done.stderr, r"trk_\w{12}_(?!\[redacted\])\w|trkk_\w")
        return done

    def assert_found(self, expected, *arguments, cwd=None):
        done = self.scan(*arguments, cwd=cwd)
        self.assertEqual((1, expected), (done.returncode, done.stdout.splitlines()), done)
        return done


class ScanOfFolders(ScanTests):
    def test_reports_the_place_and_the_id_of_a_token(self):
        token = Token()
        self.write("conf/app.env", f"# ours\nTOKEN={token}\n")
        done = self.assert_found([f"conf/app.env:2:7: token {token.id}"], "conf")
        self.assertIn("Found 1 token in 1 file", done.stderr)
        self.assertIn("toolrack token revoke", done.stderr)

    def test_finds_tokens_and_keys_that_the_commands_created(self):
        made = toolrack("token", "new", "--tokens", self.path / "tokens.toml", "--principal", "ann", "--out",
                        self.path / "token", "--json")
        self.assertEqual(0, made.returncode, made)
        self.assertEqual(0, toolrack("key", "new", "--keys", self.path / "keys.toml").returncode)
        found = self.scan(".")
        self.assertIn(f"./token:1:1: token {json.loads(made.stdout)['id']}", found.stdout)
        self.assertRegex(found.stdout, r"\./keys\.toml:\d+:\d+: signing key\n")
        self.assertEqual(2, len(found.stdout.splitlines()))  # and the list, which has hashes only, has none
        self.assertIn("toolrack key rotate", found.stderr)

    def test_reports_nothing_without_tokens(self):
        self.write("readme", "trk_ begins a token, and trkk_ a key; trk_AAAAAAAAAAAA_ is not all of one\n")
        wrong = Token()
        self.write("wrong", wrong[:-1] + ("a" if wrong[-1] != "a" else "b"))
        done = self.scan(".")
        self.assertEqual((0, ""), (done.returncode, done.stdout))
        self.assertIn("Found no tokens and no signing keys in 2 files", done.stderr)

    def test_reads_binary_files_and_utf_16(self):
        first, second = Token(), Token()
        self.write("a.bin", os.urandom(100_000) + first.encode() + os.urandom(100_000))
        self.write("b.txt", f"one\r\n{second}\r\n".encode("utf-16"))
        done = self.scan(".")
        self.assertEqual(1, done.returncode)
        self.assertRegex(done.stdout, rf"(?m)^\./a\.bin:\d+:\d+: token {first.id}$")
        self.assertRegex(done.stdout, rf"(?m)^\./b\.txt:2:1: token {second.id}$")

    def test_reads_a_large_file_in_little_memory(self):
        token = Token()
        with open(self.path / "big", "wb") as big:
            for _ in range(300):
                big.write(b"t" * 1024 * 1024)
            big.write(token.encode())
        limited = ["prlimit", "--data=150000000", BINARY, "scan", "big"]
        program = BINARY.read_bytes()
        sanitized = b"__asan_init" in program or b"__tsan_init" in program  # which take terabytes of address space
        done = subprocess.run(limited[2:] if sanitized else limited, cwd=self.path, env=environment(),
                              capture_output=True, text=True, timeout=4 * TIMEOUT, check=False)
        self.assertEqual((1, f"big:1:{300 * 1024 * 1024 + 1}: token {token.id}\n"), (done.returncode, done.stdout),
                         done)

    def test_follows_named_links_only(self):
        token = Token()
        secret = self.write("elsewhere/secret", token)
        (self.path / "here").mkdir()
        (self.path / "here/file").symlink_to(secret)
        (self.path / "here/folder").symlink_to(secret.parent)
        (self.path / "here/round").symlink_to(self.path / "here")
        (self.path / "here/nowhere").symlink_to("/nowhere/at/all")
        self.assertEqual(0, self.scan("here").returncode)
        self.assert_found([f"here/file:1:1: token {token.id}"], "here/file")

    def test_skips_pipes_and_sockets(self):
        os.mkfifo(self.path / "pipe")
        self.assertEqual(0, self.scan(".").returncode)

    def test_reads_standard_input(self):
        token = Token()
        done = subprocess.run([BINARY, "scan", "-"], input=f"commit 1\n+{token}\n", env=environment(), text=True,
                              capture_output=True, timeout=TIMEOUT, check=False)
        self.assertEqual((1, f"(standard input):2:2: token {token.id}\n"), (done.returncode, done.stdout))

    def test_reports_missing_files(self):
        done = self.scan("nowhere")
        self.assertEqual(66, done.returncode)
        self.assertIn("nowhere was not read: No such file or directory", done.stderr)
        token = Token()
        self.write("token", token)
        self.assert_found([f"token:1:1: token {token.id}"], "nowhere", "token")

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_reports_unreadable_files(self):
        self.write("closed/file", "x").parent.chmod(0)
        done = self.scan(".")
        (self.path / "closed").chmod(0o700)
        self.assertEqual(66, done.returncode)
        self.assertIn("./closed was not read: Permission denied", done.stderr)

    def test_does_not_print_a_token_in_a_file_name(self):
        token = Token()
        self.write(f"{token}.txt", token)
        self.assert_found([f"./trk_{token.id}_[redacted].txt:1:1: token {token.id}"], ".")

    def test_prints_json(self):
        token = Token()
        self.write("a", f"{token} {token}")
        done = self.scan("--json", ".", "nowhere")
        said = json.loads(done.stdout)
        self.assertEqual(1, done.returncode)
        self.assertEqual([{"file": "./a", "line": 1, "column": column, "kind": "token", "id": token.id}
                          for column in (1, 69)],
                         said["found"])
        self.assertEqual(1, said["files"])
        self.assertEqual([{"file": "nowhere", "reason": "No such file or directory"}], said["unreadable"])
        (self.path / "a").unlink()
        self.assertEqual({"found": [], "files": 0, "unreadable": []}, json.loads(self.scan("--json", ".").stdout))

    def test_without_an_argument_is_a_usage_error(self):
        done = self.scan()
        self.assertEqual(64, done.returncode)
        self.assertIn("toolrack scan --staged", done.stderr)
        self.assertEqual(64, self.scan("--staged", ".").returncode)


class ScanOfStagedFiles(ScanTests):
    def setUp(self):
        super().setUp()
        self.git("init", "--quiet", ".")

    def git(self, *arguments, expect=0):
        settings = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "HOME": str(self.path),
                    "GIT_AUTHOR_NAME": "e2e", "GIT_AUTHOR_EMAIL": "e2e@example.org", "GIT_COMMITTER_NAME": "e2e",
                    "GIT_COMMITTER_EMAIL": "e2e@example.org"}
        done = subprocess.run(["git", *arguments], cwd=self.path, env=environment(**settings), capture_output=True,
                              text=True, timeout=TIMEOUT, check=False)
        self.assertEqual(expect, done.returncode, done)
        return done

    def test_reads_the_index_and_not_the_working_copy(self):
        staged, working = Token(), Token()
        self.write("a.txt", f"x\n{staged}\n")
        self.git("add", "a.txt")
        self.write("a.txt", "clean again\n")
        self.write("b.txt", working)
        self.assert_found([f"a.txt:2:1: token {staged.id}"], "--staged")
        self.git("add", "a.txt")
        done = self.scan("--staged")
        self.assertEqual((0, "", ""), (done.returncode, done.stdout, done.stderr))

    def test_reads_only_changes_since_the_last_commit(self):
        old, new = Token(), Token()
        self.write("old", old)
        self.git("add", ".")
        self.git("commit", "--quiet", "--no-verify", "-m", "old")
        self.assertEqual(0, self.scan("--staged").returncode)
        (self.path / "old").rename(self.path / "renamed")
        self.write("folder/new name\nwith a line end", new)
        self.git("add", "--all")
        self.assert_found([f"folder/new name\\x0awith a line end:1:1: token {new.id}", f"renamed:1:1: token {old.id}"],
                          "--staged", cwd=self.path / "folder")

    def test_reads_many_large_and_empty_files(self):
        token = Token()
        for n in range(300):
            self.write(f"many/{n}", "" if n % 3 else "text\n" * n)
        self.write("many/big", b"\0\n" * 2_000_000 + token.encode())
        self.git("add", ".")
        self.assert_found([f"many/big:2000001:1: token {token.id}"], "--staged")

    def test_skips_submodules_and_reads_the_target_of_a_link(self):
        token = Token()
        (self.path / "link").symlink_to(token)
        self.git("add", "link")
        self.git("update-index", "--add", "--cacheinfo", "160000", "1" * 40, "submodule")
        self.assert_found([f"link:1:1: token {token.id}"], "--staged")

    def test_as_a_hook_prevents_a_commit_with_a_token(self):
        hook = self.write(".git/hooks/pre-commit", f'#!/bin/sh\nexec "{BINARY}" scan --staged\n')
        hook.chmod(0o755)
        token = Token()
        self.write("a", token)
        self.git("add", "a")
        refused = self.git("commit", "-m", "leak", expect=1)
        self.assertIn(token.id, refused.stderr + refused.stdout)
        self.assertNotIn(token, refused.stderr + refused.stdout)
        self.write("a", "nothing")
        # By another index than the usual one, which only the hook's environment names.
        self.git("commit", "--quiet", "-m", "clean", "a")
        self.git("commit", "--quiet", "--amend", "-a", "-m", "clean")

    def test_reads_the_git_folder_except_its_objects(self):
        token = Token()
        self.write("a", token)
        self.git("add", "a")
        (self.path / "a").unlink()
        self.git("config", "http.extraHeader", f"Authorization: Bearer {token}")
        done = self.scan(".")
        self.assertRegex(done.stdout, rf"^\./\.git/config:\d+:\d+: token {token.id}\n$")

    def test_outside_a_repository_is_an_error(self):
        with Folder() as elsewhere:
            done = toolrack("scan", "--staged", cwd=elsewhere.path, GIT_CEILING_DIRECTORIES=str(elsewhere.path.parent))
        self.assertEqual(69, done.returncode)
        self.assertIn("a git repository", done.stderr)

    def test_without_git_is_an_error(self):
        done = toolrack("scan", "--staged", cwd=self.path, PATH="/nowhere")
        self.assertEqual(69, done.returncode)
        self.assertIn("git, which cannot be run", done.stderr)


if __name__ == "__main__":
    unittest.main()
