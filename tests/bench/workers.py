"""What it costs that a plugin runs in a process of its own, and how soon the next one is there when that ends."""

import os
import time

from barrage import IN_FLIGHT, Barrage
from figures import quantile, report, report_none
from harness import Server, plugin, rpc, settings

CALLS, KILLS = 20_000, 200


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


def killed_with_calls_in_flight():
    """A worker with 64 calls on it, 64 others on another, and good calls in between."""
    with Server(Barrage.config) as server, Barrage(server) as barrage:
        for turn in range(KILLS):
            if turn == KILLS // 10:
                files, threads = server.open_files(), len(os.listdir(f"/proc/{server.pid}/task"))
            barrage.run()
        report(f"until the last of {IN_FLIGHT} calls is told, the slowest of {KILLS} times",
               max(barrage.told), "ms", 50)
        report("the same, p50", quantile(barrage.told, 0.5), "ms")
        report("until the next worker has answered a call, the slowest", max(barrage.back), "ms", 200)
        report("the same, p50", quantile(barrage.back, 0.5), "ms")
        report_none(f"of {2 * IN_FLIGHT * KILLS} calls, those that were not told so or were lost with another's",
                    barrage.wrong)
        report("descriptors more than after the first of them", server.open_files() - files, "", 0)
        report("threads more", len(os.listdir(f"/proc/{server.pid}/task")) - threads, "", 0)
        report("processes besides the two workers, zombies among them", len(server.children()) - 2, "", 0)
        report("benched", server.log.count("left alone"), "", 0)


def measure():
    isolation()
    killed_with_calls_in_flight()
