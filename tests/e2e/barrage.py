"""Two plugins with many calls under way on each, one of which is killed, again and again."""

import os
import signal
import time

from harness import hostile, plugin, rpc, settings, wait_until

IN_FLIGHT = 64


class Barrage:
    """`config` is what its server needs; a round after the other is `run`, each on the same connections."""

    config = settings(*(plugin(hostile("faults"), name=name, prefix=name + "_", threads=IN_FLIGHT + 1, timeout="60s")
                        for name in ("one", "two")), limits={"connections_per_source": 400})

    def __init__(self, server):
        self.server = server
        self.connections = {name: [server.connect() for _ in range(IN_FLIGHT)] for name in ("one", "two")}
        self.told, self.back = [], []  # ms, of each round: until the last one knows, until the next one answers
        self.wrong = []

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
            if not wait_until(lambda: self.say(name, "holding") == str(IN_FLIGHT)):
                raise AssertionError(f"{name} never had all calls: {self.say(name, 'holding')}")
        worker = self.server.worker("one")
        begun = time.monotonic()
        os.kill(worker, signal.SIGKILL)
        lost = [one.read_response() for one in self.connections["one"]]
        self.told.append(1e3 * (time.monotonic() - begun))
        fine = self.say("one", "fine")
        self.back.append(1e3 * (time.monotonic() - begun))
        self.say("two", "release")
        kept = [one.read_response() for one in self.connections["two"]]
        self.judge(lost, kept, fine)

    def say(self, name, tool):
        response = self.server.call_tool(f"{name}_{tool}", {})
        return response.text if "result" in response.answer else response

    def judge(self, lost, kept, fine):
        crashed = {"plugin": "one", "reason": "crashed", "retriable": True}
        for index, response in enumerate(lost):
            if (response.answer.get("id"), response.code, (response.error or {}).get("data")) \
                    != (index, -32603, crashed) or "one" not in response.sentence:
                self.wrong.append(response)
        for index, response in enumerate(kept):
            if (response.answer.get("id"), "result" in response.answer and response.text) != (index, "released"):
                self.wrong.append(response)
        if fine != "fine":
            self.wrong.append(fine)
