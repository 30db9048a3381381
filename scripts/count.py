"""Adds up the results of all ctest runs below build/results and ends with "N passed, N failed".

ctest runs each suite as one program. The suite's own count is what counts: test cases of Catch2 or unittest, or a line
"N passed, N failed". A test that prints "not run: NAME: REASON" is neither passed nor failed and is listed at the end.
A suite that ran nothing, crashed or was not built is a failure.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as xml

CATCH_ALL_PASSED = re.compile(r"^All tests passed \(.* in (\d+) test cases?\)", re.M)
CATCH_MIXED = re.compile(r"^test cases: +(\d+) \|(.*)$", re.M)
OWN = re.compile(r"^(\d+) passed, (\d+) failed$", re.M)
UNITTEST = re.compile(r"^Ran (\d+) tests? in .*\n\n(?:OK|FAILED)(.*)$", re.M)
NOT_RUN = re.compile(r"^(?:\w+: )?not run: .*$", re.M)  # a nested scripts/test puts the name of its run before it


def unittest_counts(ran, outcome):
    counts = {word: int(number) for word, number in re.findall(r"(\w+)=(\d+)", outcome)}
    failed = counts.get("failures", 0) + counts.get("errors", 0)
    return int(ran) - failed - counts.get("skipped", 0), failed


def catch_counts(summary):
    counts = {word: int(number) for number, word in re.findall(r"(\d+) ([a-z ]+?) *(?:\||$)", summary)}
    return counts.get("passed", 0), counts.get("failed", 0)


def counted(output, not_run):
    """(passed, failed) from the suite's own summary; None without one."""
    own = OWN.findall(output)
    if own:
        return int(own[-1][0]), int(own[-1][1])
    python = UNITTEST.findall(output)
    if python:
        return unittest_counts(*python[-1])
    mixed, all_passed = CATCH_MIXED.findall(output), CATCH_ALL_PASSED.findall(output)
    if not mixed and not all_passed:
        return None
    passed, failed = catch_counts(mixed[-1][1]) if mixed else (int(all_passed[-1]), 0)
    return passed - len(not_run), failed  # Catch2 2 cannot skip: it counts them as passed


def result_of(case):
    """(passed, failed, remark, not run) of one program that ctest ran."""
    output = case.findtext("system-out") or ""
    ended_well = case.get("status") == "run"
    not_run = set(NOT_RUN.findall(output))
    counts = counted(output, not_run)
    if counts is None:
        # A program without a summary is one test.
        if not ended_well or "No tests ran" in output:
            return 0, 1, "did not end well", not_run
        return (0, 0, "not run", not_run) if not_run else (1, 0, "", not_run)
    passed, failed = counts
    if not ended_well and failed == 0:
        return passed, 1, "did not end well", not_run
    if passed + failed == 0:
        return (0, 0, "not run", not_run) if not_run else (0, 1, "ran nothing", not_run)
    return passed, failed, "", not_run


def read(report):
    try:
        return xml.parse(report).getroot().findall("testcase")
    except (OSError, xml.ParseError):
        return []


def main(results, runs):
    total_passed = total_failed = 0
    not_run = set()
    for run in runs:
        cases = read(results / f"{run}.xml")
        if not cases:
            print(f"{run}: nothing ran")
            total_failed += 1
        for case in cases:
            passed, failed, remark, lines = result_of(case)
            total_passed += passed
            total_failed += failed
            not_run |= {f"{run}: {line}" for line in lines}
            print(f"{run}: {case.get('name')}: {passed} passed, {failed} failed" + (f" ({remark})" if remark else ""))
    for line in sorted(not_run):
        print(line)
    print(f"{total_passed} passed, {total_failed} failed")
    return 0 if total_failed == 0 and total_passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), sys.argv[2:]))
