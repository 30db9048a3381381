"""Lets fuzz targets at their work, two at a time, and says what each did; ends with "N passed, N failed".

usage: TOOLRACK_BUILD=build/fuzz python3 tests/fuzz/run.py [SECONDS] [TARGET...] [--runs COUNT]

A target fails when a claim did not hold, a sanitizer complained, one input took too long or too much memory, or nothing
ran. The input is kept beside the others of its target and named; run the program with it to see it again.
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

# The words that a target may meet, and the longest input that is worth trying.
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

SECONDS_PER_INPUT = 20  # on the wall, and the machine may be busy
MIB = 2048
# What libFuzzer itself holds when it ends is no leak of ours; what a run holds is looked for after it.
SETTINGS = {"ASAN_OPTIONS": f"leak_check_at_exit=0:external_symbolizer_path={shutil.which('addr2line') or ''}",
            "UBSAN_OPTIONS": "print_stacktrace=1"}


def command(target, seconds, runs):
    words, longest = TARGETS[target]
    corpus = FINDS / target
    corpus.mkdir(parents=True, exist_ok=True)
    limits = [f"-max_total_time={seconds}"] if runs is None else [f"-runs={runs}"]
    return [BUILD / "tests/fuzz" / f"fuzz_{target}", *limits, f"-max_len={longest}", f"-timeout={SECONDS_PER_INPUT}",
            f"-rss_limit_mb={MIB}", f"-artifact_prefix={FINDS}/{target}-", "-print_final_stats=1", "-print_funcs=0",
            "-reload=0", *([f"-dict={HERE}/words/{words}.dict"] if words else []), corpus, HERE / "seeds" / target]


def found(log):
    return re.findall(r"Test unit written to (\S+)", log)


def number(log, pattern):
    hits = re.findall(pattern, log)
    return int(hits[-1]) if hits else 0


def run(target, seconds, runs):
    """(whether all went well, what there is to say)"""
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
    said = (f"{target}: {executions:,} executions, {executions / seconds_taken:,.0f} a second, "
            f"{number(log, r'cov: ([0-9]+)'):,} edges, {number(log, r'stat::new_units_added: *([0-9]+)'):,} new finds")
    if ended.returncode == 0 and executions > number(log, r"seed corpus: files: (\d+)"):
        return True, said
    if ended.returncode == 0:
        return False, f"{said}: it tried nothing"
    kept = ", ".join(found(log)) or "no input was kept"
    return False, f"{said}: FAILED ({kept})\n{told(log)}"


def told(log):
    """What a person needs of a failed target's log."""
    lines = log.splitlines()
    first = next((n for n, line in enumerate(lines)
                  if re.search(r"It does not hold|ERROR: |runtime error: |Assertion|terminate called", line)), -20)
    return "\n".join("    " + line for line in lines[first:][:20])


class Words(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(64, f"{self.prog}: {message}\n")


def main():
    parser = Words(prog="scripts/fuzz", usage="scripts/fuzz [SECONDS] [TARGET...] [--runs COUNT]",
                   epilog="targets: " + ", ".join(TARGETS))
    parser.add_argument("words", nargs="*", metavar="SECONDS TARGET")
    parser.add_argument("--runs", type=int, help="so many executions of each, in place of seconds")
    asked = parser.parse_args()
    seconds = 60
    if asked.words and asked.words[0].isdigit():
        seconds = int(asked.words.pop(0))
    if unknown := [word for word in asked.words if word not in TARGETS]:
        parser.error(f"there is no target {unknown[0]}; there are " + ", ".join(TARGETS))
    if seconds == 0 or (asked.runs is not None and asked.runs < 1):
        parser.error("that would try nothing")
    targets = asked.words or list(TARGETS)
    FINDS.mkdir(parents=True, exist_ok=True)

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for went_well, said in pool.map(lambda target: run(target, seconds, asked.runs), targets):
            print(said, flush=True)
            failed += not went_well
    print(f"{len(targets) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
