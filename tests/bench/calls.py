"""What a tools/call costs the server: of the newest version, with every check, to a quick tool in the host."""

import re
import signal
import subprocess
import time

from figures import report
from harness import BINARY, environment, plugin
from load import Load, SameAgain
from rack import Rack

TEXT = "x" * 100
# One and a half times what a server on the same library takes that checks nothing and answers with a constant.
MOST_INSTRUCTIONS = 24_900


def processor_time(rack, token, calls):
    script = SameAgain(rack.call_request(token, TEXT))
    before = rack.cpu_seconds()
    with Load(rack.server.port, script, connections=16) as load:
        while load.answers < calls:
            time.sleep(0.01)
    if script.wrong:
        raise AssertionError(script.wrong[0])
    return (rack.cpu_seconds() - before) / load.answers


def instructions(rack, token, calls):
    """All that the server executes from its start to its end, with so many calls in between."""
    config = rack.folder / "measured.toml"
    config.write_text(rack.config())
    counts = rack.folder / "counts"
    with subprocess.Popen(["valgrind", "--tool=callgrind", f"--callgrind-out-file={counts}",
                           BINARY, "serve", "--config", config],
                          env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if found := re.search(r"serving http://[^:]+:(\d+)", line):
                port = int(found[1])
                break
        rack.server.addresses[0] = ("127.0.0.1", port)
        data = rack.call_request(token, TEXT)
        with rack.server.connect() as connection:
            for _ in range(calls):
                connection.send(data)
                if connection.read_response().status != 200:
                    raise AssertionError("a call failed")
        process.send_signal(signal.SIGTERM)
        process.stderr.read()
    return int(re.search(r"^(?:summary|totals): (\d+)", counts.read_text(), re.MULTILINE)[1])


def measure():
    with Rack([plugin("echo", isolation="host")], threads=1) as rack:
        token = rack.new_token("ann")
        rack.start()
        processor_time(rack, token, 2_000)
        report("tools/call, processor time of the server",
               1e6 * min(processor_time(rack, token, 20_000) for _ in range(3)), "us")
        few, many = 200, 1200
        spent = [instructions(rack, token, calls) for calls in (few, many)]
        report("tools/call, instructions of the server", (spent[1] - spent[0]) / (many - few), "", MOST_INSTRUCTIONS)
