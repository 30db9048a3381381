"""Runs fuzz targets, two at a time, and prints the statistics of each; the last line is "N passed, N failed".

usage: TOOLRACK_BUILD=build/fuzz python3 tests/fuzz/run.py [SECONDS] [TARGET...] [--runs COUNT]

A target fails if a requirement failed, a sanitizer reported an error, one input exceeded the limit of time or memory, or
no input ran. The failing input is stored and its path is printed; run the program with it to reproduce the failure.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("TOOLRACK_BUILD", "build/fuzz")).resolve()
FINDS = BUILD / "finds"
AT_ONCE = 2

# The dictionary of each target, and the maximum length of its inputs.
TARGETS = {
    "bearer": ("token", 200),
    "config": ("config", 400),
    "dispatch": ("dispatch", 900),
    "from_worker": ("frames", 400),
    "header_values": ("http", 256),
    "http_body": (None, 320),
    "http_head": ("http", 700),
    "json": ("json", 320),
    "jwt": ("jwt", 500),
    "keys_file": ("token", 500),
    "message": ("message", 400),
    "revoked_list": ("token", 300),
    "schema": ("schema", 300),
    "sse": ("sse", 200),
    "to_worker": ("frames", 400),
    "tokens_file": ("token", 700),
}

SECONDS_PER_INPUT = 20  # of real time, on a machine that may be busy
MIB = 2048
# Memory that libFuzzer itself holds at the end is not a leak; leaks of a run are detected after it.
SETTINGS = {"ASAN_OPTIONS": f"leak_check_at_exit=0:external_symbolizer_path={shutil.which('addr2line') or ''}",
            "UBSAN_OPTIONS": "print_stacktrace=1"}


def command(target, seconds, runs):
    dictionary, longest = TARGETS[target]
    corpus = FINDS / target
    corpus.mkdir(parents=True, exist_ok=True)
    limits = [f"-max_total_time={seconds}"] if runs is None else [f"-runs={runs}"]
    return [BUILD / "tests/fuzz" / f"fuzz_{target}", *limits, f"-max_len={longest}", f"-timeout={SECONDS_PER_INPUT}",
            f"-rss_limit_mb={MIB}", f"-artifact_prefix={FINDS}/{target}-", "-print_final_stats=1", "-print_funcs=0",
            "-reload=0", *([f"-dict={HERE}/dictionaries/{dictionary}.dict"] if dictionary else []), corpus, HERE / "seeds" / target]


def found(log):
    return re.findall(r"Test unit written to (\S+)", log)


def number(log, pattern):
    hits = re.findall(pattern, log)
    return int(hits[-1]) if hits else 0


def run(target, seconds, runs):
    """(whether the target passed, its summary)"""
    began = time.monotonic()
    try:
        ended = subprocess.run(command(target, seconds, runs), env={**os.environ, **SETTINGS}, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
    except OSError as error:
        return False, f"{target}: cannot be run: {error}"
    log = ended.stderr
    (FINDS / f"{target}.log").write_text(log)
    seconds_taken = max(time.monotonic() - began, 0.001)
    executions = number(log, r"stat::number_of_executed_units: (\d+)")
    summary = (f"{target}: {executions:,} executions, {executions / seconds_taken:,.0f} a second, "
            f"{number(log, r'cov: ([0-9]+)'):,} edges, {number(log, r'stat::new_units_added: *([0-9]+)'):,} new finds")
    if ended.returncode == 0 and executions > number(log, r"seed corpus: files: (\d+)"):
        return True, summary
    if ended.returncode == 0:
        return False, f"{summary}: no input ran"
    kept = ", ".join(found(log)) or "no input was stored"
    return False, f"{summary}: FAILED ({kept})\n{excerpt(log)}"


def excerpt(log):
    """The relevant lines of the log of a failed target."""
    lines = log.splitlines()
    first = next((n for n, line in enumerate(lines)
                  if re.search(r"Requirement failed|ERROR: |runtime error: |Assertion|terminate called", line)), -20)
    return "\n".join("    " + line for line in lines[first:][:20])


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(64, f"{self.prog}: {message}\n")


def main():
    parser = Parser(prog="scripts/fuzz", usage="scripts/fuzz [SECONDS] [TARGET...] [--runs COUNT]",
                   epilog="targets: " + ", ".join(TARGETS))
    parser.add_argument("words", nargs="*", metavar="SECONDS TARGET")
    parser.add_argument("--runs", type=int, help="number of executions of each target, instead of seconds")
    asked = parser.parse_args()
    seconds = 60
    if asked.words and asked.words[0].isdigit():
        seconds = int(asked.words.pop(0))
    if unknown := [word for word in asked.words if word not in TARGETS]:
        parser.error(f"unknown target {unknown[0]}; the targets are " + ", ".join(TARGETS))
    if seconds == 0 or (asked.runs is not None and asked.runs < 1):
        parser.error("SECONDS and COUNT must be at least 1")
    targets = asked.words or list(TARGETS)
    FINDS.mkdir(parents=True, exist_ok=True)

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for is_passed, summary in pool.map(lambda target: run(target, seconds, asked.runs), targets):
            print(summary, flush=True)
            failed += not is_passed
    print(f"{len(targets) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
