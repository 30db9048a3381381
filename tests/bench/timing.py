"""Whether the time that a refusal takes tells what was wrong with the token, in the process and alone.

How it is measured stands in timing/timing.cpp and timing/welch.hpp.
"""

import os
import pathlib
import re
import subprocess

from figures import report, report_none

BUILD = pathlib.Path(os.environ["TOOLRACK_BUILD"]).resolve()
NOT_SEEN = 4.5


def measure():
    done = subprocess.run([BUILD / "tests/bench/timing/bench_timing"], stdout=subprocess.PIPE, text=True, check=True,
                          timeout=1800)
    compared = re.findall(r"^(.+): (.+): ([\d.]+) at", done.stdout, re.MULTILINE)
    for who, what, t in compared:
        if who != "control":
            report(f"{who}: Welch's t, {what}", float(t), "", NOT_SEEN)
    blind = [what for who, what, t in compared if who == "control" and float(t) <= NOT_SEEN]
    report_none("differences of a leaky check that the method does not see", blind)
    if len(compared) != 15:
        raise AssertionError(f"15 comparisons were expected: {done.stdout}")
