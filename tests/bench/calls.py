"""The cost of one tools/call of a quick tool: the server's processor time and instructions."""

import os
import pathlib
import re
import tempfile
import time

from closed_loop_load import ClosedLoopLoad, RepeatedRequest
from figures import report
from harness import plugin
from token_file_server import TokenFileServer

BUILD = pathlib.Path(os.environ["TOOLRACK_BUILD"]).resolve()
TEXT = "x" * 100
# 1.5 times the instructions of a Beast server that checks nothing and sends a fixed response.
INSTRUCTION_LIMIT = 24_900


def cpu_seconds_per_call(fixture, request, calls):
    workload = RepeatedRequest(request)
    before = fixture.cpu_seconds()
    with ClosedLoopLoad(fixture.server.port, workload, connections=16) as load:
        while load.responses < calls:
            time.sleep(0.01)
    if workload.failures:
        raise AssertionError(workload.failures[0])
    return (fixture.cpu_seconds() - before) / load.responses


def instructions(isolation, make_request, calls):
    """The instructions of a whole server run, from start to exit, with this many calls on one connection.

    Valgrind follows no child, so the probe of each library and the workers are not counted.
    """
    with TokenFileServer([plugin("echo", isolation=isolation)], threads=1) as fixture, \
            tempfile.NamedTemporaryFile(prefix="toolrack-callgrind-") as counts:
        token = fixture.new_token("ann")
        server = fixture.start(before=["valgrind", "--tool=callgrind", f"--callgrind-out-file={counts.name}"],
                               LD_PRELOAD=str(BUILD / "tests/bench/pidfd_open.so"))
        request = make_request(fixture, token, TEXT)
        with server.connect() as connection:
            for _ in range(calls):
                connection.send(request)
                response = connection.read_response()
                if response.status != 200 or TEXT not in response.text:
                    raise AssertionError(response)
        fixture.stop()
        return int(re.search(r"^(?:summary|totals): (\d+)", pathlib.Path(counts.name).read_text(), re.MULTILINE)[1])


def instructions_per_call(isolation, make_request):
    few, many = 500, 5500
    return (instructions(isolation, make_request, many) - instructions(isolation, make_request, few)) / (many - few)


def measure():
    with TokenFileServer([plugin("echo", isolation="host")], threads=1) as fixture:
        token = fixture.new_token("ann")
        fixture.start()
        request = fixture.modern_call_request(token, TEXT)
        cpu_seconds_per_call(fixture, request, 2_000)
        report("modern tools/call in the host, processor time of the server",
               1e6 * min(cpu_seconds_per_call(fixture, request, 20_000) for _ in range(3)), "us")
    modern, legacy = TokenFileServer.modern_call_request, TokenFileServer.legacy_call_request
    report("modern tools/call in the host, instructions of the server",
           instructions_per_call("host", modern), "", INSTRUCTION_LIMIT)
    report("legacy tools/call in the host, instructions of the server", instructions_per_call("host", legacy), "")
    report("modern tools/call in a worker, instructions of the server", instructions_per_call("process", modern), "")
