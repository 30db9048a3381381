"""What it costs that a plugin runs in a process of its own, and how soon the next one is there when that ends."""

import os
import signal
import threading
import time

from figures import quantile, report, report_none
from harness import Server, hostile, plugin, rpc, settings

CALLS, KILLS, IN_FLIGHT = 20_000, 200, 64


def milliseconds_until(claim, patience=10.0):
    begun = time.monotonic()
    while not claim():
        if time.monotonic() - begun > patience:
            raise AssertionError("it never came")
        time.sleep(0.0005)
    return 1e3 * (time.monotonic() - begun)


def isolation():
    """Calls of the same quick tool, in turn in the host and in a worker, over one connection."""
    near, far = plugin("echo", name="near", isolation="host"), plugin("echo", name="far", prefix="far_")
    with Server(settings(near, far, server={"threads": 1})) as server, server.connect() as connection:
        requests = {name: server.request(body=rpc("tools/call", {"name": name, "arguments": {"text": "x" * 100}}))
                    for name in ("echo", "far_echo")}
        took = {name: [] for name in requests}
        for turn in range(CALLS):
            for name, data in requests.items():
                begun = time.perf_counter()
                connection.send(data)
                response = connection.read_response()
                took[name].append(1e6 * (time.perf_counter() - begun))
                if not turn and "result" not in response.answer:
                    raise AssertionError(response)
    for q, limit in ((0.5, 60), (0.99, None)):
        host, worker = (quantile(took[name], q) for name in ("echo", "far_echo"))
        report(f"a call in the host, p{100 * q:.0f}", host, "us")
        report(f"added by a worker, p{100 * q:.0f}", worker - host, "us", limit)


def begin(server, tool, milliseconds):
    connections = []
    for index in range(IN_FLIGHT):
        connection = server.connect()
        connection.send(server.request(body=rpc("tools/call", {"name": tool, "arguments": {"ms": milliseconds}}, index)))
        connections.append(connection)
    return connections


def killed_with_calls_in_flight():
    both = [plugin(hostile("faults"), name=name, prefix=name + "_", threads=IN_FLIGHT) for name in ("one", "two")]
    with Server(settings(*both)) as server:
        lost, kept = begin(server, "one_slow", 60_000), begin(server, "two_slow", 5_000)
        for name in ("one", "two"):
            tasks = f"/proc/{server.worker(name)}/task"
            milliseconds_until(lambda: len(os.listdir(tasks)) > IN_FLIGHT)
        times, wrong = [], []

        def hear(connection):
            response = connection.read_response()
            times.append(1e3 * (time.monotonic() - begun))
            if response.error is None or response.error["data"]["reason"] != "crashed":
                wrong.append(response)

        listening = [threading.Thread(target=hear, args=(one,)) for one in lost]
        for one in listening:
            one.start()
        before = server.worker("one")
        begun = time.monotonic()
        os.kill(before, signal.SIGKILL)
        for one in listening:
            one.join()
        wrong += [response for response in (one.read_response() for one in kept) if response.text != "slept"]
        report(f"of {2 * IN_FLIGHT} calls on two plugins, lost with one of them", len(times), "", IN_FLIGHT)
        report("until the last of them is told", max(times), "ms", 50)
        report_none("calls that were not told so, or lost with another's process", wrong)


def killed_again_and_again():
    with Server(settings(plugin(hostile("faults")))) as server:
        back, files, wrong = [], 0, []
        for turn in range(KILLS):
            before = server.worker("faults")
            if server.call_tool("fine", {}).text != "fine":
                wrong.append(turn)
            os.kill(before, signal.SIGKILL)
            back.append(milliseconds_until(lambda: server.worker("faults") not in (None, before)))
            if turn == 20:
                files = server.open_files()
        server.call_tool("fine", {})
        report(f"the next worker is there, the slowest of {KILLS}", max(back), "ms", 200)
        report("descriptors more than at the beginning", server.open_files() - files, "", 1)
        report("processes besides the worker", len(server.children()) - 1, "", 0)
        report("benched", server.log.count("left alone"), "", 0)
        report_none("calls between that were not answered", wrong)


def measure():
    isolation()
    killed_with_calls_in_flight()
    killed_again_and_again()
