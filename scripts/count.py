"""Adds up what every suite under build/results says it ran, and ends with "N passed, N failed".

Each suite is one program that ctest ran; what it counts by itself (the cases of Catch2 or unittest, or a
line "N passed, N failed") is what counts here. A suite that ran nothing, did not end well or was never built
is a failure.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as xml

CATCH_ALL_PASSED = re.compile(r"^All tests passed \(.* in (\d+) test cases?\)", re.M)
CATCH_MIXED = re.compile(r"^test cases: +(\d+) \|(.*)$", re.M)
OWN = re.compile(r"^(\d+) passed, (\d+) failed$", re.M)
UNITTEST = re.compile(r"^Ran (\d+) tests? in .*\n\n(?:OK|FAILED)(.*)$", re.M)
NOT_RUN = re.compile(r"not run: .*")


def unittest_counts(ran, outcome):
    counts = {word: int(number) for word, number in re.findall(r"(\w+)=(\d+)", outcome)}
    failed = counts.get("failures", 0) + counts.get("errors", 0)
    return int(ran) - failed - counts.get("skipped", 0), failed


def catch_counts(summary):
    counts = {word: int(number) for number, word in re.findall(r"(\d+) ([a-z ]+?) *(?:\||$)", summary)}
    return counts.get("passed", 0), counts.get("failed", 0)


def counted(output):
    """(passed, failed) by the suite's own account, or None when it gave none."""
    own = OWN.findall(output)
    if own:
        return int(own[-1][0]), int(own[-1][1])
    mixed = CATCH_MIXED.findall(output)
    if mixed:
        return catch_counts(mixed[-1][1])
    python = UNITTEST.findall(output)
    if python:
        return unittest_counts(*python[-1])
    passed = CATCH_ALL_PASSED.findall(output)
    if passed:
        return int(passed[-1]), 0
    return None


def judge(case):
    """(passed, failed, remark) of one program that ctest ran."""
    output = case.findtext("system-out") or ""
    ended_well = case.get("status") == "run"
    counts = counted(output)
    if counts is None:
        # A program that counts nothing is one test: it ended well or it did not.
        return (1, 0, "") if ended_well and "No tests ran" not in output else (0, 1, "did not end well")
    passed, failed = counts
    if passed + failed == 0:
        return 0, 1, "ran nothing"
    if not ended_well and failed == 0:
        return passed, 1, "did not end well"
    return passed, failed, ""


def read(report):
    try:
        return xml.parse(report).getroot().findall("testcase")
    except (OSError, xml.ParseError):
        return []


def main(results, presets):
    total_passed = total_failed = 0
    not_run = set()
    for preset in presets:
        report = results / f"{preset}.xml"
        cases = read(report)
        if not cases:
            print(f"{preset}: nothing ran")
            total_failed += 1
        for case in cases:
            passed, failed, remark = judge(case)
            total_passed += passed
            total_failed += failed
            not_run |= {f"{preset}: {line}" for line in NOT_RUN.findall(case.findtext("system-out") or "")}
            print(f"{preset}: {case.get('name')}: {passed} passed, {failed} failed"
                  + (f" ({remark})" if remark else ""))
    for line in sorted(not_run):
        print(line)
    print(f"{total_passed} passed, {total_failed} failed")
    return 0 if total_failed == 0 and total_passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), sys.argv[2:]))
