"""Configuration errors: file, line, column, expected and found value."""

import os
import re
import subprocess
import unittest

from harness import BINARY, SOURCE, TIMEOUT, Folder, Server, environment, new_token, plugin, settings, toolrack

HEAD = '[server]\nlisten = ["127.0.0.1:0"]\n[auth]\nbackend = "env-token"\n'


class ConfigurationErrors(unittest.TestCase):
    def complain(self, config, *arguments, **more):
        """The sentence about `config`, the same from serve and check, with its place taken off the front."""
        with Folder(config) as folder:
            said = [toolrack(command, "--config", folder.config, *arguments, token=new_token(), cwd=folder.path, **more)
                    for command in ("serve", "check")]
            file = str(folder.config)
        for done in said:
            self.assertEqual(78, done.returncode, done)
        lines = [[line for line in done.stderr.splitlines() if file in line] for done in said]
        self.assertTrue(lines[0], said[0].stderr)
        self.assertEqual(1, len(lines[0]), said[0].stderr)
        sentence = lines[0][0][lines[0][0].index(file) + len(file):]
        self.assertIn(sentence, lines[1][0])
        return sentence

    def assert_complaint(self, config, place, *words):
        sentence = self.complain(config)
        self.assertTrue(sentence.startswith(place), f"{sentence!r} does not begin with {place!r}")
        for word in words:
            self.assertIn(word, sentence)
        return sentence

    def test_a_syntax_error(self):
        self.assert_complaint(HEAD + "[plugins\n", ":5:", "not valid TOML", "expected", "found")
        self.assert_complaint(HEAD + "x = \n", ":5:", "not valid TOML")
        self.assert_complaint(HEAD + 'x = "open\n', ":5:", "not valid TOML")
        self.assert_complaint(HEAD + "x = unquoted\n", ":5:", "quotes")

    def test_an_unknown_key_with_a_suggestion(self):
        self.assert_complaint('[server]\nlisten = ["127.0.0.1:0"]\nlisen = 5\n[auth]\nbackend = "env-token"\n', ":3:1:",
                              "unknown key in [server]", 'did you mean "listen"', 'found "lisen"')
        self.assert_complaint(HEAD + "[sever]\n", ":5:", "unknown key at the top level", '"server"')
        self.assert_complaint(HEAD + '[[plugin]]\nlibrary = "echo"\ntimeuot = "5s"\n', ":7:1:", "[[plugin]]",
                              '"timeout"')

    def test_a_wrong_type(self):
        self.assert_complaint('[server]\nlisten = 8080\n', ":2:", "server.listen", "wrong type", "an integer")
        self.assert_complaint(HEAD + '[plugins]\ndirectories = "/x"\n', ":6:", "array of strings", "a string")
        self.assert_complaint(HEAD + '[[plugin]]\nlibrary = "echo"\nrequired = "yes"\n', ":7:", "true or false",
                              "a string")
        self.assert_complaint(HEAD + '[plugin]\nlibrary = "echo"\n', ":5:", "[[plugin]]", "a table")

    def test_a_value_out_of_range(self):
        self.assert_complaint(HEAD + "[limits]\nbody = 5\n", ":6:", "limits.body", "5")
        self.assert_complaint(HEAD + '[limits]\nhead_timeout = "soon"\n', ":6:", "duration", '"soon"')
        self.assert_complaint(HEAD + '[[plugin]]\nlibrary = "echo"\nthreads = 0\n', ":7:", "threads", "0")

    def test_an_invalid_address(self):
        for address in ("localhost", "127.0.0.1", "127.0.0.1:99999", ":8080", "127.0.0.1:http", "unix:",
                        "example.com:80", "http://127.0.0.1:80", "[::1]", "256.0.0.1:80"):
            with self.subTest(address):
                self.assert_complaint(HEAD.replace("127.0.0.1:0", address), ":2:", "expected", address)

    def test_a_duplicate(self):
        self.assert_complaint(HEAD + 'backend = "open-access"\n', ":5:", "duplicate", '"backend"')
        self.assert_complaint(HEAD + "[auth]\n", ":5:", "duplicate", '"auth"')
        self.assert_complaint(HEAD + '[[plugin]]\nlibrary = "echo"\n[[plugin]]\nlibrary = "echo"\n', ":7:", '"echo"',
                              ":5:")

    def test_a_variable_that_is_not_set(self):
        self.assert_complaint(HEAD + '[[plugin]]\nlibrary = "${NO_SUCH_VARIABLE}"\n', ":6:", "NO_SUCH_VARIABLE",
                              "unset")

    def test_an_unknown_isolation(self):
        self.assert_complaint(HEAD + '[[plugin]]\nlibrary = "echo"\nisolation = "thread"\n', ":7:", '"thread"',
                              '"process"', '"host"')

    def test_a_file_that_is_not_utf_8(self):
        with Folder() as folder:
            folder.config.write_bytes(HEAD.encode() + b'# caf\xe9\n')
            done = toolrack("check", "--config", folder.config, token=new_token())
            self.assertEqual(78, done.returncode)
            self.assertIn("toolrack.toml:5:6: the file is not UTF-8", done.stderr)

    def test_a_file_that_is_missing_or_a_folder_or_unreadable(self):
        with Folder() as folder:
            for path, word in ((folder.path / "missing.toml", "no such file"), (folder.path, "directory")):
                with self.subTest(path):
                    done = toolrack("serve", "--config", path, token=new_token())
                    self.assertEqual(78, done.returncode)
                    self.assertIn(str(path), done.stderr)
                    self.assertIn(word, done.stderr)

    def test_a_file_that_may_not_be_read(self):
        # Root may read everything, unless it gives that up.
        humble = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.getuid() == 0 else []
        with Folder(HEAD) as folder:
            folder.config.chmod(0)
            done = subprocess.run([*humble, BINARY, "serve", "--config", folder.config], env=environment(new_token()),
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT,
                                  check=False)
            self.assertEqual(78, done.returncode, done)
            self.assertIn("permission denied", done.stderr)

    def test_a_device_or_a_pipe_does_not_hang(self):
        with Folder() as folder:
            os.mkfifo(folder.path / "pipe")
            for path in (folder.path / "pipe", "/dev/null"):
                self.assertEqual(78, toolrack("check", "--config", path, token=new_token()).returncode)

    def test_a_value_from_the_environment_is_not_shown(self):
        sentence = self.complain(HEAD + '[limits]\nhead_timeout = "${SECRET}"\n', SECRET="canary-canary")
        self.assertNotIn("canary", sentence)


class PluginOptions(unittest.TestCase):
    def test_that_are_unknown_are_reported_with_their_place(self):
        with Server(settings("time", plugin("echo") + "options.nonsense = 5\n")) as server:
            line, = server.wait_for_line(r"plugin echo\b.*not served: ")
            self.assertIn("nonsense", line)
            self.assertRegex(line, re.escape(str(server.folder / "toolrack.toml")) + r":\d+:\d+")


class Readme(unittest.TestCase):
    def write_what_it_names(self, folder):
        openssl = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                   "-days", "2"]
        subprocess.run([*openssl, "-subj", "/CN=localhost", "-keyout", folder / "tls.key", "-out", folder / "tls.crt"],
                       check=True, capture_output=True)
        (folder / "clients.crt").write_bytes((folder / "tls.crt").read_bytes())
        (folder / "seal.key").write_text(new_token())
        (folder / "seal.key").chmod(0o600)

    def test_names_only_existing_keys(self):
        block = re.search(r"```toml\n(.*?)```", (SOURCE / "README.md").read_text(), re.S)[1]
        everything = re.sub(r'(?m)^# (\[\[?[\w.]+\]\]?|\w+ = ("[^"]*"|\[[^\]]*\])).*', r"\1", block)
        self.assertIn("\npublic_url", everything)
        self.assertIn("\n[tls]\ncertificate", everything)
        self.assertIn("\n[audit]", everything)
        for config in (block, everything):
            with Folder() as folder:
                self.write_what_it_names(folder.path)
                folder.config.write_text(re.sub("/(etc|var/log)/toolrack", str(folder.path), config))
                done = toolrack("check", "--config", folder.config, token=new_token())
                self.assertEqual(0, done.returncode, done)


class ConfD(unittest.TestCase):
    def test_are_read_in_the_order_of_their_names(self):
        with Folder(HEAD) as folder:
            (folder.path / "conf.d").mkdir()
            (folder.path / "conf.d" / "20.toml").write_text('[[plugin]]\nlibrary = "time"\n')
            (folder.path / "conf.d" / "10.toml").write_text('[[plugin]]\nlibrary = "echo"\n')
            self.assertEqual(0, toolrack("check", "--config", folder.config, token=new_token()).returncode)
            (folder.path / "conf.d" / "30.toml").write_text('[auth]\nbackend = "open-access"\n')
            done = toolrack("check", "--config", folder.config, token=new_token())
            self.assertEqual(78, done.returncode)
            self.assertIn("30.toml:2:", done.stderr)
            self.assertIn("toolrack.toml:4:", done.stderr)
