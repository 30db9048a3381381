"""Every duty of plugin-api/CONTRACT.md is named by a test, and every duty that a test names exists.

A test names a duty in its own name ("P4: only the first answer reaches the host") or in the comment directly above it
("CONTRACT.md, H7.").
"""

import os
import pathlib
import re
import tempfile
import unittest

ROOT = pathlib.Path(os.environ.get("TOOLRACK_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
WHERE = ("tests", "plugins", "auth-backends", "examples")

DUTY = re.compile(r"^\*\*([HPA]\d+)\. ", re.M)
TEST = re.compile(r'^\s*(?:TEST_CASE\("|def test_)')
IN_A_NAME = re.compile(r'^\s*TEST_CASE\("([A-Z]\d+): ')
IN_A_COMMENT = re.compile(r"^\s*(?://|#) CONTRACT\.md, ([A-Z]\d+)\b")


def duties(contract):
    return DUTY.findall(contract)


def named_in(text):
    """[(duty, whether a test follows)]"""
    found, waiting = [], []
    for line in text.splitlines():
        if comment := IN_A_COMMENT.match(line):
            waiting.append(comment[1])
            continue
        if waiting and re.match(r"\s*(//|#)", line):
            continue  # a comment of several lines
        found += [(one, bool(TEST.match(line))) for one in waiting]
        waiting = []
        if name := IN_A_NAME.match(line):
            found.append((name[1], True))
    return found + [(one, False) for one in waiting]


def named_below(root):
    """({duty: [file]}, mentions without a test below them)"""
    named, astray = {}, []
    for folder in WHERE:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix not in (".cpp", ".py") or "node_modules" in file.parts:
                continue
            for duty, is_test in named_in(file.read_text(encoding="utf-8")):
                if is_test:
                    named.setdefault(duty, []).append(file.relative_to(root))
                else:
                    astray.append(f"{file.relative_to(root)}: {duty} has no test below it")
    return named, astray


def faults(root):
    there = duties((root / "plugin-api/CONTRACT.md").read_text(encoding="utf-8"))
    named, astray = named_below(root)
    return (astray + [f"{one} is named by no test" for one in there if one not in named]
            + [f"{one} is not a duty, but is named by {named[one][0]}" for one in named if one not in there]
            + [f"{one} is defined twice" for one in sorted(set(there)) if there.count(one) > 1])


class Duties(unittest.TestCase):
    def test_every_duty_is_named_by_a_test_and_every_named_duty_exists(self):
        self.assertEqual([], faults(ROOT))

    def test_their_numbers_have_no_gaps(self):
        there = duties((ROOT / "plugin-api/CONTRACT.md").read_text(encoding="utf-8"))
        for letter in "HPA":
            numbers = [int(one[1:]) for one in there if one[0] == letter]
            self.assertEqual(list(range(1, len(numbers) + 1)), numbers)


class TheCheckItself(unittest.TestCase):
    def found(self, contract, test):
        with tempfile.TemporaryDirectory(prefix="toolrack-duties-") as folder:
            root = pathlib.Path(folder)
            (root / "plugin-api").mkdir()
            (root / "plugin-api/CONTRACT.md").write_text(contract)
            (root / "tests").mkdir()
            (root / "tests/one_test.cpp").write_text(test)
            return faults(root)

    def test_finds_a_duty_without_a_test(self):
        self.assertEqual(["P2 is named by no test"],
                         self.found("**P1. A.** b\n**P2. C.** d\n", 'TEST_CASE("P1: a") {}\n'))

    def test_finds_a_test_of_an_unknown_duty(self):
        self.assertEqual(["P2 is not a duty, but is named by tests/one_test.cpp"],
                         self.found("**P1. A.** b\n",
                                    'TEST_CASE("P1: a") {}\n// CONTRACT.md, P2.\nTEST_CASE("c") {}\n'))

    def test_does_not_accept_a_mention_without_a_test(self):
        self.assertEqual(["tests/one_test.cpp: P1 has no test below it", "P1 is named by no test"],
                         self.found("**P1. A.** b\n", "// CONTRACT.md, P1.\nint x;\n"))

    def test_finds_a_duty_that_is_defined_twice(self):
        self.assertEqual(["P1 is defined twice"], self.found("**P1. A.** b\n**P1. A.** b\n", 'TEST_CASE("P1: a") {}\n'))


if __name__ == "__main__":
    unittest.main()
