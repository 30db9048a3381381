"""Measures what is promised, each figure against its limit.

usage: run.py [WORD ...]     only the measurements whose names hold one of the words
"""

import argparse
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import calls  # noqa: E402
import checks  # noqa: E402
import figures  # noqa: E402
import idle  # noqa: E402
import long_list  # noqa: E402
import refusals  # noqa: E402
import restarts  # noqa: E402
import revocation  # noqa: E402
import rotation  # noqa: E402
import slow  # noqa: E402
import timing  # noqa: E402
import workers  # noqa: E402

MEASUREMENTS = {one.__name__: one for one in (checks, timing, calls, workers, revocation, long_list, rotation, refusals,
                                             idle, restarts, slow)}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("words", nargs="*")
    words = arguments.parse_args().words
    chosen = [one for name, one in MEASUREMENTS.items() if not words or any(word in name for word in words)]
    if not chosen:
        sys.exit(f"There is no such measurement; there are {', '.join(MEASUREMENTS)}.")
    for one in chosen:
        print(f"\n{one.__doc__.splitlines()[0]}")
        one.measure()
    kept, missed = figures.summary()
    print(f"\n{kept} passed, {missed} failed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
