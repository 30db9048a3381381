"""Runs the end-to-end tests, several classes at a time, and ends with "N passed, N failed".

usage: run.py [--jobs N] [WORD ...]     only the tests whose names hold one of the words
"""

import argparse
import concurrent.futures
import io
import multiprocessing
import os
import pathlib
import sys
import time
import traceback
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))


def flatten(suite):
    for one in suite:
        if isinstance(one, unittest.TestSuite):
            yield from flatten(one)
        else:
            yield one


def find_classes(words):
    """{(module, class): [test names]}; a module that cannot be read is an error, not an absence."""
    found = {}
    for module in sorted(path.stem for path in FOLDER.glob("test_*.py")):
        for test in flatten(unittest.defaultTestLoader.loadTestsFromModule(__import__(module))):
            if not words or any(word in test.id() for word in words):
                found.setdefault((module, type(test).__name__), []).append(test.id())
    return found


class Outcome(unittest.TextTestResult):
    passed = 0

    def addSuccess(self, test):
        self.passed += 1
        super().addSuccess(test)


def run_class(ids):
    """(how many passed, [(claim, why not)], [(claim, why it was not run)], seconds)"""
    begun = time.monotonic()
    suite = unittest.defaultTestLoader.loadTestsFromNames(ids)
    said = io.StringIO()
    try:
        outcome = unittest.TextTestRunner(stream=said, verbosity=0, resultclass=Outcome).run(suite)
    except BaseException:
        return 0, [(ids[0], traceback.format_exc())], [], time.monotonic() - begun
    # A claim with several subtests fails once.
    failed = {}
    for test, why in outcome.failures + outcome.errors:
        claim = getattr(test, "test_case", test).id()
        failed[claim] = failed.get(claim, "") + (f"{test}\n" if hasattr(test, "test_case") else "") + why
    not_run = [(test.id(), why) for test, why in outcome.skipped]
    return outcome.passed, list(failed.items()), not_run, time.monotonic() - begun


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1))
    arguments.add_argument("words", nargs="*")
    chosen = arguments.parse_args()

    passed = failed = 0
    with concurrent.futures.ProcessPoolExecutor(
            chosen.jobs, mp_context=multiprocessing.get_context("fork")) as pool:
        running = {pool.submit(run_class, ids): f"{module}.{name}"
                   for (module, name), ids in find_classes(chosen.words).items()}
        for done in concurrent.futures.as_completed(running):
            good, bad, not_run, seconds = done.result()
            passed += good
            failed += len(bad)
            print(f"{running[done]}: {good} passed, {len(bad)} failed ({seconds:.1f} s)")
            for claim, why in bad:
                print(f"--- {claim}\n{why}")
            for claim, why in not_run:
                print(f"not run: {claim}: {why}")
            sys.stdout.flush()
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
