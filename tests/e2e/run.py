"""Runs the end-to-end tests, several classes at a time, and ends with "N passed, N failed".

usage: run.py [--jobs N] [--folder FOLDER] [--module MODULE] [WORD ...]     only the tests whose names contain one of the words
"""

import argparse
import concurrent.futures
import io
import multiprocessing
import os
import pathlib
import signal
import sys
import time
import traceback
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

# Seconds for one test, or for the set-up of a class, which may install packages from npm.
DEADLINE = 800


def flatten(suite):
    for one in suite:
        if isinstance(one, unittest.TestSuite):
            yield from flatten(one)
        else:
            yield one


def find_classes(folder, modules, words):
    """{(module, class): [test names]}; a module that cannot be imported is an error."""
    sys.path.insert(0, str(folder))
    found = {}
    for module in modules or sorted(path.stem for path in folder.glob("test_*.py")):
        for test in flatten(unittest.defaultTestLoader.loadTestsFromModule(__import__(module))):
            if not words or any(word in test.id() for word in words):
                found.setdefault((module, type(test).__name__), []).append(test.id())
    return found


def fail_late(*_):
    raise TimeoutError(f"did not end within {DEADLINE} s")


class Result(unittest.TextTestResult):
    passed = 0

    def startTest(self, test):
        signal.alarm(DEADLINE)
        super().startTest(test)

    def stopTest(self, test):
        super().stopTest(test)
        signal.alarm(DEADLINE)  # for the tear-down of the class

    def addSuccess(self, test):
        self.passed += 1
        super().addSuccess(test)


def run_class(ids):
    """(number of passed tests, [(test, reason of the failure)], [(test, reason why it did not run)], seconds)"""
    begun = time.monotonic()
    suite = unittest.defaultTestLoader.loadTestsFromNames(ids)
    output = io.StringIO()
    signal.signal(signal.SIGALRM, fail_late)
    signal.alarm(DEADLINE)
    try:
        result = unittest.TextTestRunner(stream=output, verbosity=0, resultclass=Result).run(suite)
    except BaseException:
        return 0, [(ids[0], traceback.format_exc())], [], time.monotonic() - begun
    finally:
        signal.alarm(0)
    # A test with several failed subtests counts once.
    failed = {}
    for test, reason in result.failures + result.errors:
        name = getattr(test, "test_case", test).id()
        failed[name] = failed.get(name, "") + (f"{test}\n" if hasattr(test, "test_case") else "") + reason
    not_run = [(test.id(), reason) for test, reason in result.skipped]
    return result.passed, list(failed.items()), not_run, time.monotonic() - begun


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1))
    parser.add_argument("--folder", type=pathlib.Path, default=FOLDER)
    parser.add_argument("--module", action="append", dest="modules")
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args()

    passed = failed = skipped = 0
    with concurrent.futures.ProcessPoolExecutor(
            arguments.jobs, mp_context=multiprocessing.get_context("fork")) as pool:
        running = {pool.submit(run_class, ids): f"{module}.{name}"
                   for (module, name), ids in find_classes(arguments.folder.resolve(), arguments.modules, arguments.words).items()}
        for done in concurrent.futures.as_completed(running):
            good, bad, not_run, seconds = done.result()
            passed += good
            failed += len(bad)
            skipped += len(not_run)
            print(f"{running[done]}: {good} passed, {len(bad)} failed ({seconds:.1f} s)")
            for test, reason in bad:
                print(f"--- {test}\n{reason}")
            for test, reason in not_run:
                print(f"not run: {test}: {reason}")
            sys.stdout.flush()
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed + skipped > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
