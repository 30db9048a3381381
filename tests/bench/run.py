"""Measures what the project promises and compares each figure with its limit.

usage: run.py [WORD ...]     runs only the measurements whose names contain one of the words
"""

import argparse
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import calls  # noqa: E402
import figures  # noqa: E402
import idle_connections  # noqa: E402
import long_token_list  # noqa: E402
import refusal_timing  # noqa: E402
import refusals  # noqa: E402
import restarts  # noqa: E402
import revocation  # noqa: E402
import rotation  # noqa: E402
import slow_clients  # noqa: E402
import token_checks  # noqa: E402
import workers  # noqa: E402

MEASUREMENTS = {module.__name__: module for module in (
    token_checks, refusal_timing, calls, workers, revocation, long_token_list, rotation, refusals, idle_connections,
    restarts, slow_clients)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("words", nargs="*")
    words = parser.parse_args().words
    chosen = [module for name, module in MEASUREMENTS.items() if not words or any(word in name for word in words)]
    if not chosen:
        sys.exit(f"No measurement has such a name. The measurements are {', '.join(MEASUREMENTS)}.")
    for module in chosen:
        print(f"\n{module.__doc__.splitlines()[0]}")
        module.measure()
    passed, failed = figures.summary()
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
