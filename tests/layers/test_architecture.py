"""docs/architecture.md agrees with the source: its rooms, its files and the functions of its walks."""

import os
import pathlib
import re
import tempfile
import unittest

from test_layers import MAY_USE, without_comments

ROOT = pathlib.Path(os.environ.get("TOOLRACK_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
PAGE = ROOT / "docs" / "architecture.md"
MOST_STOPS_OF_A_CALL = 44

STOP = re.compile(r"^(\d+)\. `([\w./-]+): (?:(\w+)::)?(\w+)`", re.M)
NUMBERED = re.compile(r"^\d+\.", re.M)
FILE = re.compile(r"`((?:host|plugin-api|auth-backends|plugins|docs|tests)/[\w./-]+\.\w+)")
LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"')

# A function name follows its return type: an identifier, a template argument list, or a pointer or reference that the
# formatter attaches to the type. A name after one of these keywords is called instead.
RETURN_TYPE = re.compile(r"(?:(?P<word>\w+)|\w>|\w[&*]|>>|>[&*])\s*$")
NOT_A_TYPE = {"return", "co_return", "co_await", "co_yield", "throw", "else", "new", "case", "do"}
AFTER_PARAMETERS = re.compile(r"\s*(?:(?:const|override|final|TOOLRACK_\w+(?:\([^()]*\))?|noexcept)\s*)*(?:[{;]|= |->)")


def section(page, title):
    """The text below a heading of the second level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", page, re.M | re.S)
    return found[1] if found else ""


def rows(page, title):
    """The cells of each row of the first table below a heading."""
    lines = [line for line in section(page, title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def walks(page):
    """{title: [(number, file, class or "", function)]}"""
    parts = re.split(r"^### (.+)\n", section(page, "Walks"), flags=re.M)
    return {title: [(int(number), *rest) for number, *rest in STOP.findall(text)]
            for title, text in zip(parts[1::2], parts[2::2])}


def end_of_brackets(text, start):
    """The position behind the bracket that closes the one at `start`."""
    closing = {"(": ")", "{": "}"}[text[start]]
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] == text[start]) - (text[at] == closing)
        if depth == 0:
            return at + 1
    return len(text)


def declares(text, function, qualifier=""):
    """Whether C or C++ text, without comments and literals, declares or defines the function."""
    for found in re.finditer(rf"{qualifier}\b{function}\s*(?=\()", text):
        before = text[:found.start()]
        kind = RETURN_TYPE.search(before)
        if kind and kind["word"] not in NOT_A_TYPE and not before.endswith(("->", "&&")):
            if AFTER_PARAMETERS.match(text, end_of_brackets(text, found.end())):
                return True
    return not qualifier and re.search(rf"\(\s*\*\s*{function}\s*\)\s*\(", text) is not None  # a member of a C table


def declares_member(text, owner, function):
    if declares(text, function, rf"(?<!\w){owner}(?:<\w+>)?::"):
        return True
    bodies = re.finditer(rf"\b(?:class|struct)\s+{owner}\b[^;{{}}()]*\{{", text)
    return any(declares(text[body.end():end_of_brackets(text, body.end() - 1)], function) for body in bodies)


def complaints(page, root):
    for title, stops in walks(page).items():
        for position, (number, file, owner, function) in enumerate(stops, 1):
            if number != position:
                yield f"{title}: stop {position} has the number {number}"
            if not (root / file).is_file():
                yield f"{title}: stop {number}: {file} does not exist"
                continue
            text = LITERAL.sub('""', without_comments((root / file).read_text()))
            is_there = declares_member(text, owner, function) if owner else declares(text, function)
            if not is_there:
                yield f"{title}: stop {number}: {file} does not declare {owner + '::' if owner else ''}{function}"
    for file in sorted(set(FILE.findall(page))):
        if not (root / file).is_file():
            yield f"{file} does not exist"


class Page(unittest.TestCase):
    def setUp(self):
        self.page = PAGE.read_text()

    def test_names_files_and_functions_that_exist(self):
        found = list(complaints(self.page, ROOT))
        self.assertEqual([], found, "\n" + "\n".join(found))

    def test_has_the_four_walks_and_every_numbered_line_of_them_is_a_stop(self):
        found = walks(self.page)
        self.assertEqual(["A call", "A reload", "A revocation", "The death of a worker"], list(found))
        self.assertEqual(len(NUMBERED.findall(section(self.page, "Walks"))), sum(map(len, found.values())))
        for title, stops in found.items():
            self.assertGreater(len(stops), 10, title)

    def test_follows_a_call_in_few_stops_through_the_rooms_in_order(self):
        stops = walks(self.page)["A call"]
        self.assertLessEqual(len(stops), MOST_STOPS_OF_A_CALL)
        rooms = [file.split("/")[1] for _, file, _, _ in stops]
        first = {room: rooms.index(room) for room in reversed(rooms)}
        self.assertEqual(["http", "app", "auth", "plugin", "wire", "mcp", "worker"],
                         [room for room in sorted(first, key=first.get) if room in MAY_USE])
        self.assertEqual("http", rooms[-1])

    def test_has_every_room_with_what_it_may_include(self):
        self.assertEqual({room: sorted(others) for room, others in MAY_USE.items()},
                         {room: [one for one in others.split(", ") if one]
                          for room, _, _, others in rows(self.page, "Rooms")})

    def test_defines_each_word_of_our_own_with_its_file(self):
        words = {word: FILE.findall(file) for word, _, file in rows(self.page, "Glossary")}
        self.assertEqual({"feature", "call", "call table", "instance", "generation", "principal", "gate", "backend",
                          "lane", "worker", "exchange", "catalog", "seal", "era"}, set(words))
        for word, files in words.items():
            self.assertEqual(1, len(files), word)
            self.assertRegex((ROOT / files[0]).read_text().lower(), rf"\b{word.replace(' ', '[ _]')}", word)


class TheCheckItself(unittest.TestCase):
    """A check that cannot fail proves nothing."""

    SOURCE = """
        // made_up(); is only a comment
        class gate { awaitable<void> admit(int x) const; int count() const { return used(); } };
        auto gate::ask(const plugin::instance& one) -> int {
            log("void quoted() {}");
            one.called(1);
            return returned(2);
        }
        const char* text_of(int) noexcept;
        struct table { void (*start)(int call); };
        static_assert(asserted(1) && also_asserted(2));
    """

    def complaints_about(self, *stops, source=SOURCE):
        page = "## Walks\n\n### A call\n\n" + "".join(f"{i}. `{stop}` works.\n" for i, stop in enumerate(stops, 1))
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "host").mkdir()
            (root / "host" / "gate.cpp").write_text(source)
            return list(complaints(page, root))

    def test_declared_and_defined_functions_are_found(self):
        self.assertEqual([], self.complaints_about(
            "host/gate.cpp: gate::admit", "host/gate.cpp: gate::count", "host/gate.cpp: gate::ask",
            "host/gate.cpp: text_of", "host/gate.cpp: table::start"))

    def test_a_made_up_function_is_reported(self):
        self.assertEqual(["A call: stop 1: host/gate.cpp does not declare gate::invented"],
                         self.complaints_about("host/gate.cpp: gate::invented"))

    def test_a_function_that_is_only_called_or_mentioned_is_reported(self):
        for name in ("made_up", "used", "quoted", "called", "returned", "asserted", "also_asserted"):
            self.assertEqual([f"A call: stop 1: host/gate.cpp does not declare {name}"],
                             self.complaints_about(f"host/gate.cpp: {name}"), name)

    def test_a_function_of_another_class_is_reported(self):
        self.assertEqual(1, len(self.complaints_about("host/gate.cpp: table::admit")))

    def test_a_file_that_does_not_exist_is_reported(self):
        self.assertIn("A call: stop 1: host/fence.cpp does not exist",
                      self.complaints_about("host/fence.cpp: gate::admit"))

    def test_a_wrong_number_is_reported(self):
        page = "## Walks\n\n### A call\n\n2. `host/gate.cpp: gate::admit` works.\n"
        self.assertIn("A call: stop 1 has the number 2", list(complaints(page, ROOT)))


if __name__ == "__main__":
    unittest.main()
