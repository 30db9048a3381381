"""Libraries that are no plugins, or bad ones: each is named with the reason, and the others serve."""

import json
import os
import pathlib
import re
import shutil
import struct
import tempfile
import unittest

from harness import (BINARY, BUILD, Folder, Server, SharedServerTest, example, hostile, new_token, plugin, settings,
                     toolrack)

ECHO = BUILD / "lib" / "toolrack" / "plugins" / "echo.so"
X86_64, AARCH64 = 62, 183

# Some libraries crash the child that probes them, as they should; no sanitizer need tell of that.
CRASHES_ARE_PLAIN = {"ASAN_OPTIONS": "exitcode=99:handle_segv=0:handle_sigbus=0:handle_abort=0",
                     "TSAN_OPTIONS": "exitcode=99:handle_segv=0:handle_sigbus=0:handle_abort=0"}

# Libraries that cannot be loaded, and the reason in the log:
HOSTILE = {
    "wrong-entry": "does not export toolrack_plugin_v1",
    "other-major": "major version 2",
    "entry-returns-null": "returned null",
    "short-table": "too short",
    "null-create": "lacks one of create",
    "bad-description": "description is invalid",
    "crash-in-constructor": "crashed during loading",
    "crash-in-description": "crashed during loading",
    "exit-in-constructor": "exited during loading",
    "complains": "The database is missing; create it.",
    "create-null-silent": r"create\(\) failed without a reason",
    "throws-in-create": "The database is unreachable.",
}
# Libraries with one invalid tool and the valid tool "fine".
BAD_TOOLS = {
    "duplicate-tools": ('twice"', "listed twice"),
    "bad-definition-json": ('"broken"', "not valid JSON"),
    "bad-definition-schema": ('"broken"', '"type": "object"'),
    "bad-utf8": ("a tool", "not UTF-8"),
    "bad-name": ('"has some blanks"', "a name has 1 to 128 characters"),
}


def made_files(folder):
    """Writes files that are not valid libraries to `folder`. {name: pattern of the error}"""
    whole = ECHO.read_bytes()
    machine = struct.unpack_from("<H", whole, 18)[0]
    other = AARCH64 if machine == X86_64 else X86_64
    contents = {
        "text": (b"#!/bin/sh\necho hello\n", "not a shared library"),
        "empty": (b"", "the file is empty"),
        "of-32-bits": (whole[:4] + b"\x01" + whole[5:], "32-bit"),
        "of-another-machine": (whole[:18] + struct.pack("<H", other) + whole[20:], "another architecture"),
        "cut-in-its-header": (whole[:30], "cut off"),
        # Near the start, to lose code: the end may be debug information.
        "cut-in-its-middle": (whole[:8192], "during loading|dynamic loader"),
        "scrambled": (whole[:64] + os.urandom(len(whole) - 64), "during loading|dynamic loader"),
    }
    for name, (content, _) in contents.items():
        (folder / f"{name}.so").write_bytes(content)
    return {name: words for name, (_, words) in contents.items()}


class InvalidLibraries(unittest.TestCase):
    """All of them in one server, beside two that are good."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(cls.folder.name)
        cls.expected = dict(HOSTILE)
        plugins = [plugin(hostile(name)) for name in HOSTILE]
        for name, words in made_files(folder).items():
            cls.expected[name] = words
            plugins.append(plugin(folder / f"{name}.so"))
        for name, library, words in (
                ("missing", "/nonexistent/missing.so", "no such file"),
                ("no-such-name", "no-such-name", "no such library; tried"),
                ("a-folder", folder, "it is a directory"), ("a-program", BINARY, "dynamic loader"),
                ("libc", "/lib/x86_64-linux-gnu/libc.so.6", "does not export toolrack_plugin_v1"),
                ("a-lock", BUILD / "lib" / "toolrack" / "auth" / "open-access.so", "not served: .*offers")):
            if name == "libc" and not pathlib.Path(library).exists():
                continue
            cls.expected[name] = words
            plugins.append(plugin(library, name=name))
        cls.expected["odd-options"] = "nonsense"
        plugins.append(plugin("echo", name="odd-options") + "options.nonsense = 5\n")
        cls.config = settings("echo", *plugins, "time")
        cls.server = Server(cls.config, **CRASHES_ARE_PLAIN)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.folder.cleanup()

    def reason(self, name, log):
        lines = [line for line in log.splitlines() if re.search(rf"plugin {re.escape(name)}\b.*not served: ", line)]
        self.assertEqual(1, len(lines), f"{name}: {lines} in\n{log}")
        return lines[0]

    def test_are_logged_with_the_reason(self):
        for name, words in self.expected.items():
            with self.subTest(name):
                self.assertRegex(self.reason(name, self.server.log), words)

    def test_do_not_prevent_others_from_being_served(self):
        self.assertEqual({"echo", "current_time", "convert_time"}, set(self.server.tool_names()))
        self.assertEqual("hi", self.server.call_tool("echo", {"text": "hi"}).text)

    def test_are_counted_in_the_summary(self):
        self.server.wait_for_line(f"{len(self.expected)} not served, see above")

    def test_are_reported_by_check_in_the_same_words(self):
        with Folder(self.config) as folder:
            done = toolrack("check", "--config", folder.config, token=new_token(), **CRASHES_ARE_PLAIN)
        self.assertEqual(0, done.returncode, done.stderr)
        for name, words in self.expected.items():
            with self.subTest(name):
                self.assertRegex(self.reason(name, done.stderr), words)

    def test_leave_no_process(self):
        workers = [self.server.worker(name) for name in ("echo", "time")]
        self.assertNotIn(None, workers)
        self.assertEqual(set(workers), self.server.children())


class HangingPlugin(unittest.TestCase):
    def test_times_out_during_the_start_and_is_logged(self):
        with Server(settings("echo", plugin(hostile("hang-in-constructor")))) as server:
            self.assertRegex(server.log, r"plugin hang-in-constructor\b.*not served: .*timed out after 10 s")
            self.assertEqual(["echo"], server.tool_names())


class InvalidTools(SharedServerTest):
    config = settings("echo", *(plugin(hostile(name), prefix=name + ".") for name in BAD_TOOLS))

    def test_are_logged_with_the_reason(self):
        for name, words in BAD_TOOLS.items():
            with self.subTest(name):
                line, = [line for line in self.server.log.splitlines() if f"plugin {name}" in line]
                self.assertIn("not served: ", line)
                for word in words:
                    self.assertIn(word, line)

    def test_do_not_prevent_others_from_being_served(self):
        names = self.server.tool_names()
        for name in BAD_TOOLS:
            self.assertIn(name + ".fine", names)
            self.assertEqual("fine", self.server.call_tool(name + ".fine", {}).text)
        self.assertEqual(len(BAD_TOOLS) + 2, len(names))  # echo, and the first of the twins

    # CONTRACT.md, H11.
    def test_of_the_same_name_in_two_plugins_require_a_prefix(self):
        with Server(settings("echo", plugin("echo", name="other"))) as server:
            self.assertRegex(server.log, r'plugin other\b.*"echo".*prefix')
            self.assertEqual(["echo"], server.tool_names())


class RequiredPlugin(unittest.TestCase):
    def refuse(self, config):
        with Folder(config) as folder:
            said = [toolrack(command, "--config", folder.config, token=new_token()) for command in ("serve", "check")]
        for done in said:
            self.assertEqual(78, done.returncode, done)
        return said[0].stderr

    def test_that_does_not_load_prevents_the_start(self):
        for name in ("crash-in-constructor", "complains", "other-major", "wrong-entry"):
            with self.subTest(name):
                said = self.refuse(settings("echo", plugin(hostile(name), required=True)))
                self.assertIn(f'"{name}"', said)
                self.assertRegex(said, HOSTILE[name])
                self.assertRegex(said, r"toolrack\.toml:\d+:\d+: ")

    def test_that_is_missing_prevents_the_start(self):
        self.assertIn("no such file", self.refuse(settings("echo", plugin("/nonexistent/x.so", required=True))))

    def test_with_an_invalid_tool_prevents_the_start(self):
        for name in BAD_TOOLS:
            with self.subTest(name):
                self.assertIn(f'"{name}"', self.refuse(settings("echo", plugin(hostile(name), required=True))))

    def test_that_loads_is_served(self):
        with Server(settings(plugin("echo", required=True))) as server:
            self.assertEqual(["echo"], server.tool_names())


class PluginDirectory(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.drop = self.folder.path / "plugins"
        self.drop.mkdir()
        self.addCleanup(self.folder.__exit__)

    def serve(self, *plugins, **more):
        return Server(settings(*plugins, directories=[str(self.drop)], **more))

    def test_a_new_library_is_served_after_a_restart(self):
        with self.serve("echo") as server:
            self.assertEqual(["echo"], server.tool_names())
        shutil.copy(example("minimal"), self.drop / "greet.so")
        with self.serve("echo") as server:
            self.assertEqual({"echo", "greet"}, set(server.tool_names()))
            self.assertIn("Ann", server.call_tool("greet", {"who": "Ann"}).text)

    def test_a_library_in_c_is_served(self):
        shutil.copy(example("plain-c"), self.drop / "plain.so")
        with self.serve() as server:
            self.assertTrue(server.tool_names())
            self.assertTrue(server.call_tool(server.tool_names()[0], {}).answer["result"]["content"])

    def test_a_toml_file_next_to_the_library_configures_it(self):
        shutil.copy(ECHO, self.drop / "mine.so")
        (self.drop / "mine.toml").write_text('prefix = "mine_"\n')
        with self.serve() as server:
            self.assertEqual(["mine_echo"], server.tool_names())

    def test_an_invalid_toml_file_is_reported(self):
        shutil.copy(ECHO, self.drop / "mine.so")
        (self.drop / "mine.toml").write_text('prefx = "mine_"\n')
        with self.serve("echo") as server:
            self.assertRegex(server.log, r"plugin mine\b.*not served: .*mine\.toml:1:1: .*prefx")
            self.assertEqual(["echo"], server.tool_names())

    def test_an_invalid_library_is_reported_and_the_others_are_served(self):
        (self.drop / "bad.so").write_text("not a library")
        shutil.copy(hostile("crash-in-constructor"), self.drop / "crash.so")
        shutil.copy(ECHO, self.drop / "good.so")
        with self.serve() as server:
            self.assertRegex(server.log, r"plugin bad\b.*not served: .*not a shared library")
            self.assertRegex(server.log, r"plugin crash\b.*not served: .*crashed")
            self.assertEqual(["echo"], server.tool_names())

    def test_files_without_the_suffix_so_are_ignored(self):
        for name in ("README.md", "old.so.bak", ".hidden.so", "x.so.1"):
            (self.drop / name).write_text("nothing")
        with self.serve("echo") as server:
            self.assertNotIn("not served", server.log)

    def test_a_library_that_the_configuration_names_too_is_loaded_once(self):
        shutil.copy(ECHO, self.drop / "mine.so")
        with self.serve(plugin(str(self.drop / "mine.so"), prefix="named_")) as server:
            self.assertEqual(["named_echo"], server.tool_names())

    def test_a_missing_directory_is_reported(self):
        self.drop.rmdir()
        with self.serve("echo") as server:
            self.assertIn(str(self.drop), server.log)

    def test_overwriting_a_loaded_library_has_no_effect(self):
        library = self.drop / "mine.so"
        shutil.copy(ECHO, library)
        with self.serve() as server:
            with open(library, "r+b") as file:
                file.write(b"\x00" * library.stat().st_size)
            self.assertEqual("hi", server.call_tool("echo", {"text": "hi"}).text)
            library.unlink()
            self.assertEqual("hi", server.call_tool("echo", {"text": "hi"}).text)


class Inspect(unittest.TestCase):
    def test_shows_a_plugin_and_its_features(self):
        done = toolrack("inspect", ECHO)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        for word in ("toolrack.echo", "1.0.0", "tools", "echo", "Returns the given text"):
            self.assertIn(word, done.stdout)

    def test_shows_the_examples(self):
        for name, word in (("minimal", "greet"), ("plain-c", "tool")):
            with self.subTest(name):
                done = toolrack("inspect", example(name))
                self.assertEqual(0, done.returncode, done)
                self.assertIn(word, done.stdout)

    def test_shows_an_auth_backend(self):
        for name in ("env-token", "open-access"):
            with self.subTest(name):
                done = toolrack("inspect", BUILD / "lib" / "toolrack" / "auth" / f"{name}.so")
                self.assertEqual(0, done.returncode, done)
                self.assertIn("auth", done.stdout)

    def test_prints_one_line_of_json(self):
        done = toolrack("inspect", ECHO, "--json")
        self.assertEqual(0, done.returncode, done)
        self.assertEqual(1, len(done.stdout.splitlines()))
        said = json.loads(done.stdout)
        self.assertEqual("toolrack.echo", said["id"])
        self.assertEqual("echo", said["features"][0]["definition"]["name"])

    def test_reports_why_a_library_is_invalid(self):
        for name in ("crash-in-constructor", "exit-in-constructor", "other-major", "short-table", "bad-description"):
            with self.subTest(name):
                done = toolrack("inspect", hostile(name))
                self.assertEqual(78, done.returncode, done)
                self.assertRegex(done.stderr, HOSTILE[name])
        done = toolrack("inspect", "/nonexistent.so")
        self.assertEqual(78, done.returncode)
        self.assertIn("no such file", done.stderr)

    def test_shows_a_plugin_that_requires_options(self):
        done = toolrack("inspect", hostile("complains"))
        self.assertEqual(0, done.returncode, done)
        self.assertIn("The database is missing; create it.", done.stdout)

    def test_needs_no_configuration_and_no_token(self):
        self.assertEqual(0, toolrack("inspect", ECHO, HOME="/nonexistent").returncode)
