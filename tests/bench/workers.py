"""The cost of a worker process for each plugin, and the time to its replacement when it is killed."""

import os
import time

from crash_load import IN_FLIGHT, CrashLoad
from figures import quantile, report, report_failures
from harness import Server, plugin, rpc, settings

CALLS, KILLS = 20_000, 200


def measure_isolation():
    """Calls of one quick tool, alternately in the host and in a worker, on one connection."""
    plugins = plugin("echo", name="in-host", isolation="host"), plugin("echo", name="in-worker", prefix="worker_")
    with Server(settings(*plugins, server={"threads": 1})) as server, server.connect() as connection:
        requests = {name: server.request(body=rpc("tools/call", {"name": name, "arguments": {"text": "x" * 100}}))
                    for name in ("echo", "worker_echo")}
        latencies = {name: [] for name in requests}
        for number in range(CALLS):
            for name, data in requests.items():
                started_at = time.perf_counter()
                connection.send(data)
                response = connection.read_response()
                latencies[name].append(1e6 * (time.perf_counter() - started_at))
                if number == 0 and "result" not in response.answer:
                    raise AssertionError(response)
    for q, limit in ((0.5, 60), (0.99, None)):
        host, worker = (quantile(latencies[name], q) for name in ("echo", "worker_echo"))
        report(f"a call in the host, p{100 * q:.0f}", host, "us")
        report(f"added by a worker, p{100 * q:.0f}", worker - host, "us", limit)


def measure_kills():
    """Kills a worker that has 64 calls in flight, while another worker has 64 calls and must lose none of them."""
    with Server(CrashLoad.config) as server, CrashLoad(server) as load:
        for number in range(KILLS):
            if number == KILLS // 10:
                files, threads = server.open_files(), len(os.listdir(f"/proc/{server.pid}/task"))
            load.run()
        report(f"killed to last of {IN_FLIGHT} calls failed, longest of {KILLS}", max(load.failure_times), "ms", 50)
        report("killed to last call failed, p50", quantile(load.failure_times, 0.5), "ms")
        report("killed to first call of the next worker answered, longest", max(load.restart_times), "ms", 200)
        report("killed to first call of the next worker answered, p50", quantile(load.restart_times, 0.5), "ms")
        report_failures(f"wrong responses to {2 * IN_FLIGHT * KILLS} calls", load.wrong_responses)
        report(f"descriptors more than after {KILLS // 10} kills", server.open_files() - files, "", 0)
        report(f"threads more than after {KILLS // 10} kills",
               len(os.listdir(f"/proc/{server.pid}/task")) - threads, "", 0)
        report("child processes besides the two workers", len(server.children()) - 2, "", 0)
        report("suspended instances", server.log.count("suspended"), "", 0)


def measure():
    measure_isolation()
    measure_kills()
