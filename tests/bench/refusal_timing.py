"""Whether the time of a refusal reveals what is wrong with the token, in its own process without a server.

The method is described in refusal_timing/refusal_timing.cpp and refusal_timing/welch.hpp.
"""

import os
import pathlib
import re
import subprocess

from figures import report, report_failures

BUILD = pathlib.Path(os.environ["TOOLRACK_BUILD"]).resolve()
DETECTION_THRESHOLD = 4.5


def measure():
    result = subprocess.run([BUILD / "tests/bench/refusal_timing/bench_refusal_timing"], stdout=subprocess.PIPE,
                            text=True, check=True, timeout=1800)
    comparisons = re.findall(r"^(.+): (.+): ([\d.]+) at", result.stdout, re.MULTILINE)
    for backend, pair, t in comparisons:
        if backend != "control":
            report(f"{backend}: Welch's t, {pair}", float(t), "", DETECTION_THRESHOLD)
    report_failures("differences of the leaky control that the method does not detect",
                    [pair for backend, pair, t in comparisons
                     if backend == "control" and float(t) <= DETECTION_THRESHOLD])
    if len(comparisons) != 15:
        raise AssertionError(f"15 comparisons were expected: {result.stdout}")
