"""What it costs to check a token, in the process and alone."""

import os
import pathlib
import re
import subprocess

from figures import report

BUILD = pathlib.Path(os.environ["TOOLRACK_BUILD"]).resolve()


def said(program):
    done = subprocess.run([BUILD / program, "[.cost]"], capture_output=True, text=True, check=True, timeout=600)
    return {what: float(value) for what, value in re.findall(r"^(.+?): (-?[\d.]+)", done.stdout, re.MULTILINE)}


def measure():
    listed = said("auth-backends/token-file/test_plugin_token-file")
    report("a check against 100,000 tokens, p50", listed["a token of the list"] / 1000, "us", 2)
    report("a check that refuses a wrong secret, p50", listed["a wrong secret"] / 1000, "us", 2)
    report("a check that refuses an unknown id, p50", listed["an unknown id"] / 1000, "us", 2)
    signed = said("tests/unit/jwt/test_jwt")
    report("a signed token of our making checked, p50", signed["a token of ours"] / 1000, "us", 5)
    report("one of another minter's, p50", signed["one of a foreign minter"] / 1000, "us", 5)
    report("a forged one, p50", signed["a forged one"] / 1000, "us", 5)
