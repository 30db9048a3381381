"""Two plugins with many calls in flight each; one of them is killed, round after round."""

import os
import signal
import time

from harness import hostile, plugin, rpc, settings, wait_until

IN_FLIGHT = 64


class CrashLoad:
    """A server with `config`. Each run() is one round on the same connections."""

    config = settings(*(plugin(hostile("faults"), name=name, prefix=name + "_", threads=IN_FLIGHT + 1, timeout="60s")
                        for name in ("one", "two")), limits={"connections_per_source": 400})

    def __init__(self, server):
        self.server = server
        self.connections = {name: [server.connect() for _ in range(IN_FLIGHT)] for name in ("one", "two")}
        # Milliseconds of each round from the kill to the last failed call, and to the first answer of the new worker.
        self.failure_times, self.restart_times = [], []
        self.wrong_responses = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in (*self.connections["one"], *self.connections["two"]):
            connection.close()

    def run(self):
        for name, connections in self.connections.items():
            body = {"name": name + "_hold", "arguments": {}}
            for index, connection in enumerate(connections):
                connection.send(self.server.request(body=rpc("tools/call", body, index)))
        for name in self.connections:
            if not wait_until(lambda: self.call(name, "holding") == str(IN_FLIGHT)):
                raise AssertionError(f"{name} did not get all calls: {self.call(name, 'holding')}")
        worker = self.server.worker("one")
        started_at = time.monotonic()
        os.kill(worker, signal.SIGKILL)
        lost = [one.read_response() for one in self.connections["one"]]
        self.failure_times.append(1e3 * (time.monotonic() - started_at))
        fine = self.call("one", "fine")
        self.restart_times.append(1e3 * (time.monotonic() - started_at))
        self.call("two", "release")
        kept = [one.read_response() for one in self.connections["two"]]
        self._check(lost, kept, fine)

    def call(self, name, tool):
        response = self.server.call_tool(f"{name}_{tool}", {})
        return response.text if "result" in response.answer else response

    def _check(self, lost, kept, fine):
        crashed = {"plugin": "one", "reason": "crashed", "retriable": True}
        for index, response in enumerate(lost):
            if (response.answer.get("id"), response.code, (response.error or {}).get("data")) \
                    != (index, -32603, crashed) or "one" not in response.sentence:
                self.wrong_responses.append(response)
        for index, response in enumerate(kept):
            if (response.answer.get("id"), "result" in response.answer and response.text) != (index, "released"):
                self.wrong_responses.append(response)
        if fine != "fine":
            self.wrong_responses.append(fine)
