"""The time of one token check, in its own process without a server."""

import os
import pathlib
import re
import subprocess

from figures import report

BUILD = pathlib.Path(os.environ["TOOLRACK_BUILD"]).resolve()


def report_costs(backend, program, limit):
    """The program prints "NAME: NANOSECONDS ns"; its first three lines are checks of three kinds of tokens."""
    result = subprocess.run([BUILD / program, "[.cost]"], capture_output=True, text=True, check=True, timeout=600)
    costs = re.findall(r"^(.+?): (-?[\d.]+) ns", result.stdout, re.MULTILINE)
    if len(costs) < 3:
        raise AssertionError(f"three costs were expected: {result.stdout}")
    for name, nanoseconds in costs[:3]:
        report(f"{backend}: check of {name}, p50", float(nanoseconds) / 1000, "us", limit)


def measure():
    report_costs("token-file, 100,000 tokens", "auth-backends/token-file/test_plugin_token-file", 2)
    report_costs("hmac-token", "tests/unit/jwt/test_jwt", 5)
