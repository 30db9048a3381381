"""Token lists that become invalid while the server runs: earlier tokens stay valid, and one log line has the reason."""

import os
import pathlib
import tempfile
import unittest

from harness import toolrack
from test_token_file import TokenListTests, id_of

HUGE = 100 * 1024 * 1024


def replace(path, text, mode=0o600):
    """Replaces the file atomically."""
    next_one = path.with_name(path.name + ".next")
    next_one.write_bytes(text if isinstance(text, bytes) else text.encode())
    next_one.chmod(mode)
    next_one.rename(path)


def replace_with(path, make):
    """A link, a pipe or whatever `make` makes, at once."""
    next_one = path.with_name(path.name + ".next")
    make(next_one)
    next_one.rename(path)


def twice(good, but):
    """The token of the list once more, but for the first digits of one key."""
    again = good[good.index("[[token]]"):]
    at = again.index(but) + len(but)
    return good + again[:at] + ("1111" if again[at:at + 4] != "1111" else "2222") + again[at + 4:]


class InvalidTokenList(TokenListTests):
    def setUp(self):
        super().setUp()
        self.ann = self.tokens.new("ann")
        self.good = self.tokens.list.read_text()
        self.server = self.serve()
        self.times = 0

    def tearDown(self):
        self.assertTrue(self.server.is_running(), self.server.log)

    def complaints(self):
        return [line for line in self.server.log.splitlines() if "the previous version stays in force" in line]

    def assert_reported(self, sentence, break_it):
        """What `break_it` does is said once, changes nothing, and is over when the list is good again."""
        self.times += 1
        break_it()
        said = self.server.wait_for_line("the previous version stays in force", self.times)[-1]
        self.assertIn(sentence, said)
        self.assertIn(str(self.tokens.list), said)
        self.assertEqual(200, self.status(self.server, self.ann))
        self.assertNotIn(self.ann.split("_")[2][:8], said)
        # However often it is looked at.
        if os.path.lexists(self.tokens.list):
            os.utime(self.tokens.list, follow_symlinks=False)
        self.repair()
        self.assertEqual(self.times, len(self.complaints()), self.server.log)

    def repair(self):
        replace(self.tokens.list, self.good)
        self.server.wait_for_line("is valid again", self.times)
        self.assertEqual(200, self.status(self.server, self.ann))

    def test_after_an_edit_keeps_the_previous_tokens_valid(self):
        edits = {
            "unknown key": self.good.replace("scopes", "scope"),
            "occurs twice": twice(self.good, but="sha256:"),
            "each token once": twice(self.good, but='id = "'),
            "not a point in time": self.good.replace("expires = 2", "expires = 2027-02-20 # 2"),
            "tokens.toml:": self.good.replace("expires = 2", "expires = 2027-02-31T00:00:00Z # 2"),
            "neither": self.good.replace("expires = 2", "# expires = 2"),
            "hash is not the hash of a token": self.good.replace("sha256:", "sha256:0"),
            "12 letters and digits": self.good.replace(f'id = "{id_of(self.ann)}"', 'id = "ann"'),
            "schema = 1": "",
            "UTF-8": self.good.encode() + b"# \xff\xfe\n",
        }
        for sentence, text in edits.items():
            with self.subTest(sentence):
                self.assert_reported(sentence, lambda text=text: replace(self.tokens.list, text))

    def test_that_is_half_written_keeps_the_previous_tokens_valid(self):
        for part in (0.2, 0.5, 0.9):
            cut = self.good[: int(len(self.good) * part)].rstrip("\n")
            with self.subTest(cut[-20:]):
                self.assert_reported("tokens.toml", lambda cut=cut: replace(self.tokens.list, cut))

    def test_takes_effect_as_soon_as_it_is_complete(self):
        # As some editors do it: in place, and saved too early.
        with self.tokens.list.open("a") as edited:
            edited.write('\n[[token]]\nid = "')
        self.assertIn("tokens.toml:", self.server.wait_for_line("the previous version stays in force")[0])
        self.assertEqual(200, self.status(self.server, self.ann))
        bob = self.add_bob()
        self.server.wait_for_line("is valid again")
        self.assert_soon(lambda: self.status(self.server, bob) == 200, "bob was never let in")

    def test_that_is_not_trusted_or_is_missing_is_not_read(self):
        elsewhere = self.tokens.path / "elsewhere.toml"
        replace(elsewhere, self.good)

        self.assert_reported("other users may use it (mode 0644)", lambda: replace(self.tokens.list, self.good, 0o644))
        self.assert_reported("other users may use it (mode 0620)", lambda: replace(self.tokens.list, self.good, 0o620))
        self.assert_reported("No such file", self.tokens.list.unlink)
        self.assert_reported("symbolic link",
                             lambda: replace_with(self.tokens.list, lambda link: link.symlink_to(elsewhere)))
        self.assert_reported("not a regular file", lambda: replace_with(self.tokens.list, os.mkfifo))

    def test_that_is_too_long_is_not_read(self):
        before = self.server.memory()

        def grow():
            replace(self.tokens.list, self.good)
            os.truncate(self.tokens.list, HUGE)

        self.assert_reported("longer than 67108864 bytes", grow)
        self.assertLess(self.server.memory() - before, 64)

    def test_of_an_untrusted_folder_takes_effect_once_the_mode_is_corrected(self):
        self.tokens.path.chmod(0o777)
        bob = self.add_bob()
        line = self.server.wait_for_line("the previous version stays in force")[0]
        self.assertIn("other users may write to the folder", line)
        self.assertEqual([200, 401], [self.status(self.server, one) for one in (self.ann, bob)])
        self.tokens.path.chmod(0o700)
        self.server.wait_for_line("is valid again")
        self.assertEqual(200, self.status(self.server, bob))

    def add_bob(self):
        """By hand, because the command would not touch a list in such a folder."""
        with tempfile.TemporaryDirectory() as folder:
            other, out = pathlib.Path(folder) / "tokens.toml", pathlib.Path(folder) / "bob"
            done = toolrack("token", "new", "--principal", "bob", "--scope", "*", "--out", out, "--tokens", other)
            self.assertEqual(0, done.returncode, done.stderr)
            self.tokens.list.write_text(self.good + other.read_text().split("schema = 1\n")[1])
            return out.read_text().strip()


class InvalidRevocationList(TokenListTests):
    def setUp(self):
        super().setUp()
        self.ann, self.bob, self.eve = (self.tokens.new(name) for name in ("ann", "bob", "eve"))
        self.tokens.done("revoke", id_of(self.eve))
        self.good = self.tokens.revoked.read_text()
        self.server = self.serve()

    def assert_revocations_in_force(self):
        self.assertEqual([200, 200, 401], [self.status(self.server, one) for one in (self.ann, self.bob, self.eve)])

    def test_keeps_earlier_revocations_in_force(self):
        broken = {"symbolic link": lambda: replace_with(self.tokens.revoked,
                                                        lambda link: link.symlink_to(self.tokens.list)),
                  "other users may use it": lambda: replace(self.tokens.revoked, self.good, 0o666),
                  "not a regular file": lambda: replace_with(self.tokens.revoked, os.mkfifo),
                  "longer than": lambda: (replace(self.tokens.revoked, self.good),
                                          os.truncate(self.tokens.revoked, HUGE)),
                  "No such file": self.tokens.revoked.unlink}
        for times, (sentence, break_it) in enumerate(broken.items(), 1):
            with self.subTest(sentence):
                break_it()
                said = self.server.wait_for_line("earlier revocations stay in force", times)[-1]
                self.assertIn(sentence, said)
                self.assert_revocations_in_force()
                # A refused token shows that the corrected list was read.
                extra = self.tokens.new("mallory")
                self.assert_soon(lambda: self.status(self.server, extra) == 200, "mallory was never let in")
                self.good += f"2026-11-22T10:00:00Z tok {id_of(extra)}\n"
                replace(self.tokens.revoked, self.good)
                self.assert_soon(lambda: self.status(self.server, extra) == 401, "mallory was let in")
                self.assert_revocations_in_force()

    def test_does_not_delay_a_new_token(self):
        replace(self.tokens.revoked, "nonsense\n" + self.good)
        self.server.wait_for_line(r"revoked\.list:1: the line is not a revocation")
        fresh = self.tokens.new("fresh")
        self.assert_soon(lambda: self.status(self.server, fresh) == 200, "the new one was never let in")
        self.assert_revocations_in_force()


if __name__ == "__main__":
    unittest.main()
