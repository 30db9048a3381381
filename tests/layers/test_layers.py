"""The layers of host/: which room may include which, and which room may use which library.

A room may use the rooms that the table names for it, and the rooms that those may use. The USES of its
CMakeLists.txt must name the rooms that it includes, or rooms that use them.
"""

import os
import pathlib
import re
import tempfile
import unittest

ROOT = pathlib.Path(os.environ.get("TOOLRACK_SOURCE", pathlib.Path(__file__).resolve().parents[2]))

MAY_USE = {
    "base": set(),
    "identity": {"base"},
    "config": {"identity"},
    "metrics": {"base"},
    "token": {"config"},
    "wire": {"identity"},
    "schema": {"base", "wire"},
    "jwt": {"token", "wire"},
    "plugin": {"config", "wire", "schema"},
    "audit": {"config", "wire"},
    "auth": {"plugin", "token", "metrics"},
    "catalog": {"plugin"},
    "mcp": {"catalog", "auth", "audit"},
    "http": {"config", "wire"},
    "stdio": {"config", "wire"},
    "service": {"base"},
    "worker": {"plugin"},
    "app": {"service", "mcp", "http", "stdio"},
    "cli": {"app", "token", "jwt"},
}

# Layers within a room: the only folders that the files of a folder may include.
FOLDER_MAY_INCLUDE = {
    "http/syntax": {"base", "config", "identity", "wire", "http/syntax"},
    "http/tls": {"base", "config", "http/tls"},
    "plugin": {"base", "config", "identity", "schema", "wire", "plugin"},
    "plugin/process": {"base", "config", "identity", "wire", "plugin", "plugin/process"},
}

# A plugin may include plugin-api/ only. Exceptions are the backends whose files are written by commands of the
# host: the room that reads these files is linked into both.
SHIPPED_MAY_USE = {
    "auth-backends/token-file": {"token"},
    "auth-backends/hmac-token": {"jwt"},
}

# Parts of the SDK that are independent of the contract, for wire and the rooms that use it.
PURE = ("toolrack/json", "toolrack/uri_template.hpp")

# Libraries, and the rooms that may include them.
ONLY_IN = {
    "boost/beast": {"http"},
    "openssl/ssl.h": {"http"},
    "toml++": {"config", "token", "jwt"},
    "toml.hpp": {"config", "token", "jwt"},
    "spdlog": {"base"},
    "CLI/": {"cli"},
    "seccomp.h": {"worker"},
    "toolrack/abi.h": {"plugin"},
}

SOURCE_SUFFIXES = {".hpp", ".cpp", ".h", ".c", ".ipp"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
NAMESPACE = re.compile(r"\bnamespace\s+toolrack::(\w+)")
# A principal proves that the gate authenticated its request. Its constructor is protected, so only a derived class can
# make one.
DERIVES_PRINCIPAL = re.compile(r":\s*(?:public|protected|private)?\s*(?:\w+::)*principal\s*\{")
USES = re.compile(r"toolrack_room\(\s*(\w+).*?\bUSES\b([^)]*)\)", re.S)


def closure(room, direct):
    """All rooms that `room` reaches in `direct`, a table of room -> rooms."""
    reached, waiting = set(), list(direct.get(room, ()))
    while waiting:
        other = waiting.pop()
        if other not in reached:
            reached.add(other)
            waiting += direct.get(other, ())
    return reached


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)


class Layers:
    def __init__(self, root):
        self.root = root
        self.host = root / "host"
        self.rooms = sorted(p.name for p in self.host.iterdir() if (p / "CMakeLists.txt").exists())
        self.uses = {room: self._read_uses(room) for room in self.rooms}

    def _read_uses(self, room):
        text = re.sub(r"#[^\n]*", "", (self.host / room / "CMakeLists.txt").read_text())
        named = " ".join(words for _, words in USES.findall(text))
        return {other for other in MAY_USE if re.search(rf"\btoolrack_{other}\b", named)}

    def includes(self, folder):
        """(file, "<" or '"', path) of every include below `folder`."""
        for file in sorted(folder.rglob("*")):
            if file.suffix in SOURCE_SUFFIXES:
                for bracket, path in INCLUDE.findall(without_comments(file.read_text())):
                    yield file.relative_to(self.root), bracket, path

    def complaints(self):
        for room in self.rooms:
            if room not in MAY_USE:
                yield f"host/{room} is not in the table of tests/layers"
                continue
            allowed = closure(room, MAY_USE)
            for other in sorted(self.uses[room] - allowed):
                yield f"host/{room}/CMakeLists.txt uses {other}, which {room} may not use"
            reachable = closure(room, self.uses) & allowed
            for file, _, path in self.includes(self.host / room):
                yield from self._check_include(room, reachable, file, path)
            yield from self._check_names(room, allowed)
        for shipped in ("plugins", "auth-backends", "examples"):
            if (self.root / shipped).is_dir():
                for file, _, path in self.includes(self.root / shipped):
                    reachable = closure("this", MAY_USE | {"this": SHIPPED_MAY_USE.get("/".join(file.parts[:2]), set())})
                    if path.split("/")[0] in MAY_USE and path.split("/")[0] not in reachable:
                        yield f"{file} includes {path}, but a plugin may include plugin-api/ only"

    def _check_names(self, room, allowed):
        for file in sorted((self.host / room).rglob("*")):
            if file.suffix not in SOURCE_SUFFIXES:
                continue
            text = without_comments(file.read_text())
            for other in NAMESPACE.findall(text):
                if other in MAY_USE and other != room and other not in allowed:
                    yield f"{file.relative_to(self.root)} declares a name of {other}, which {room} may not use"
            if room != "auth" and DERIVES_PRINCIPAL.search(text):
                yield f"{file.relative_to(self.root)} derives from identity::principal, which auth alone may do"

    def _check_include(self, room, reachable, file, path):
        other = path.split("/")[0]
        if "/" in path and other in MAY_USE and other != room and other not in reachable:
            yield f"{file} includes {path}, but {room} does not use {other}"
        folder, included = file.parent.relative_to("host").as_posix(), os.path.dirname(path)
        if other in MAY_USE and included not in FOLDER_MAY_INCLUDE.get(folder, {included}):
            yield f"{file} includes {path}, but host/{folder} may not include {included}"
        for prefix, owners in ONLY_IN.items():
            if path.startswith(prefix) and room not in owners:
                yield f"{file} includes {path}, which only {', '.join(sorted(owners))} may include"
        if path.startswith("toolrack/") and room != "plugin":
            uses_wire = room == "wire" or "wire" in reachable
            if not (path.startswith(PURE) and uses_wire) and path != "toolrack/abi.h":
                yield f"{file} includes {path}, but only plugin may include the contract"


class Source(unittest.TestCase):
    def test_no_include_breaks_the_layers(self):
        complaints = list(Layers(ROOT).complaints())
        self.assertEqual([], complaints, "\n" + "\n".join(complaints))

    def test_every_room_of_the_build_is_checked(self):
        self.assertTrue({"base", "config", "wire", "plugin", "auth", "mcp", "http", "app"}
                        <= set(Layers(ROOT).rooms))

    def test_the_table_has_no_cycle(self):
        for room in MAY_USE:
            self.assertNotIn(room, closure(room, MAY_USE))


class TheCheckItself(unittest.TestCase):
    """A check that cannot fail proves nothing."""

    def complaints_about(self, files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return list(Layers(root).complaints())

    def room(self, name, uses="", source=""):
        return {f"host/{name}/CMakeLists.txt": f"toolrack_room({name} SOURCES a.cpp USES {uses})",
                f"host/{name}/a.cpp": source}

    def test_a_room_may_include_the_rooms_that_it_uses_and_those_that_they_use(self):
        self.assertEqual([], self.complaints_about(
            self.room("base") | self.room("wire", "toolrack_base")
            | self.room("http", "toolrack_wire", '#include "wire/x.hpp"\n#include "base/y.hpp"\n')))

    def test_an_include_of_a_room_that_uses_does_not_name_is_reported(self):
        self.assertEqual(["host/http/a.cpp includes wire/x.hpp, but http does not use wire"],
                         self.complaints_about(self.room("base")
                                               | self.room("http", "toolrack_base", '#include "wire/x.hpp"')))

    def test_an_include_that_breaks_the_layers_within_a_room_is_reported(self):
        def including(path, file):
            return self.complaints_about(self.room("plugin") | {f"host/{file}": f'#include "{path}"'})
        self.assertEqual([], including("plugin/b.hpp", "plugin/process/x.cpp"))
        self.assertEqual(
            ["host/plugin/x.cpp includes plugin/process/b.hpp, but host/plugin may not include plugin/process"],
            including("plugin/process/b.hpp", "plugin/x.cpp"))

    def test_a_room_that_uses_a_forbidden_room_is_reported(self):
        self.assertIn("host/wire/CMakeLists.txt uses http, which wire may not use",
                      self.complaints_about(self.room("http") | self.room("wire", "toolrack_http")))

    def test_an_include_in_angle_brackets_is_checked(self):
        self.assertEqual(1, len(self.complaints_about(self.room("base", "", "#include <mcp/x.hpp>"))))

    def test_beast_outside_http_is_reported(self):
        self.assertEqual(1, len(self.complaints_about(
            self.room("app", "", "#include <boost/beast/http.hpp>"))))

    def test_the_abi_outside_plugin_is_reported(self):
        self.assertEqual(1, len(self.complaints_about(self.room("auth", "", "#include <toolrack/abi.h>"))))

    def test_only_wire_and_the_rooms_that_use_it_include_the_json_cursor(self):
        json = "#include <toolrack/json.hpp>"
        self.assertEqual([], self.complaints_about(self.room("wire", "", json)
                                                   | self.room("http", "toolrack_wire", json)))
        self.assertEqual(1, len(self.complaints_about(self.room("config", "", json))))

    def test_a_plugin_that_includes_a_room_is_reported(self):
        self.assertEqual(1, len(self.complaints_about(
            self.room("base") | {"plugins/echo/echo.cpp": '#include "base/log.hpp"'})))

    def test_a_backend_may_include_the_room_that_reads_its_files_and_no_other(self):
        def including(path):
            return self.complaints_about(
                self.room("base") | {"auth-backends/hmac-token/hmac_token.cpp": f'#include "{path}"'})
        self.assertEqual([], including("jwt/profile.hpp") + including("base/secret.hpp"))
        self.assertEqual(1, len(including("auth/gate.hpp")))

    def test_a_declaration_of_a_name_of_a_room_above_is_reported(self):
        self.assertEqual(["host/identity/a.cpp declares a name of auth, which identity may not use"],
                         self.complaints_about(self.room("identity", "", "namespace toolrack::auth {\nclass gate;\n}")))
        self.assertEqual([], self.complaints_about(
            self.room("identity") | self.room("auth", "", "namespace toolrack::identity {\nclass principal;\n}")))

    def test_only_auth_makes_a_principal(self):
        source = "class forged final : public identity::principal {"
        self.assertEqual(["host/app/a.cpp derives from identity::principal, which auth alone may do"],
                         self.complaints_about(self.room("app", "", source)))
        self.assertEqual([], self.complaints_about(self.room("auth", "", source)))

    def test_an_unknown_room_is_reported(self):
        self.assertEqual(1, len(self.complaints_about(self.room("unknown"))))

    def test_an_include_in_a_comment_does_not_count(self):
        self.assertEqual([], self.complaints_about(self.room("base", "", '// #include "app/x.hpp"\n')))


if __name__ == "__main__":
    unittest.main()
