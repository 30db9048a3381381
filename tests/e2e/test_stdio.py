"""The same protocol over a pipe, for a client that starts the server itself."""

import json
import subprocess
import time
import unittest

from harness import (BINARY, CONFORMANCE_PLUGIN, LEGACY, META, SANITIZER_REPORT, TIMEOUT, Folder, environment, hostile,
                     modern, new_token, plugin, rpc, settings)

TASKS = {META + "clientCapabilities": {"extensions": {META + "tasks": {}}}}


class StdioClient:
    def __init__(self, config):
        self._folder = Folder(config)
        self._process = subprocess.Popen([BINARY, "serve", "--stdio", "--config", self._folder.config],
                                         env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE)

    def __enter__(self):
        return self

    def send(self, message):
        line = message if isinstance(message, bytes) else json.dumps(message).encode()
        self._process.stdin.write(line + b"\n")
        self._process.stdin.flush()

    def read(self):
        return json.loads(self._process.stdout.readline())

    def ask(self, message):
        self.send(message)
        return self.read()

    def __exit__(self, kind, *_):
        """The client leaves: that is how such a server ends."""
        rest, self.log = (text.decode() for text in self._process.communicate(timeout=TIMEOUT))
        self._folder.__exit__()
        if kind is None and (self._process.returncode != 0 or rest or SANITIZER_REPORT.search(self.log)):
            raise AssertionError(f"ended with {self._process.returncode}, {rest!r}, {self.log}")


class Stdio(unittest.TestCase):
    def serve(self, *plugins):
        return StdioClient(settings(*(plugins or ("echo",))))

    def initialize(self, pipe, version, can=None):
        answer = pipe.ask(rpc("initialize", {"protocolVersion": version, "capabilities": can or {},
                                             "clientInfo": {"name": "e2e", "version": "1"}}, 0))
        pipe.send(rpc("notifications/initialized", id=None))
        return answer["result"]

    def test_serves_every_legacy_version_without_a_token(self):
        for version in LEGACY:
            with self.subTest(version), self.serve() as pipe:
                self.assertEqual(version, self.initialize(pipe, version)["protocolVersion"])
                self.assertEqual("echo", pipe.ask(rpc("tools/list"))["result"]["tools"][0]["name"])
                answer = pipe.ask(rpc("tools/call", {"name": "echo", "arguments": {"text": "hi\nü"}}, "x"))
                self.assertEqual(("x", "hi\nü"), (answer["id"], answer["result"]["content"][0]["text"]))

    def test_serves_the_modern_version(self):
        with self.serve() as pipe:
            answer = pipe.ask(modern("server/discover")[0])
            self.assertIn("2026-07-28", answer["result"]["supportedVersions"])
            answer = pipe.ask(modern("tools/call", {"name": "echo", "arguments": {"text": "hi"}}, id=7)[0])
            self.assertEqual((7, "complete"), (answer["id"], answer["result"]["resultType"]))

    def test_the_principal_is_local(self):
        with self.serve(plugin(hostile("misbehaving"))) as pipe:
            answer = pipe.ask(modern("tools/call", {"name": "whoami"})[0])
            self.assertEqual("local", json.loads(answer["result"]["content"][0]["text"])["subject"])

    def test_the_principal_has_the_configured_name(self):
        with StdioClient(settings(plugin(hostile("misbehaving"))) + "[stdio]\nsubject = \"ann\"\n") as pipe:
            answer = pipe.ask(modern("tools/call", {"name": "whoami"})[0])
            self.assertEqual("ann", json.loads(answer["result"]["content"][0]["text"])["subject"])

    def test_an_invalid_line_is_an_error_and_the_next_is_served(self):
        with self.serve() as pipe:
            self.assertEqual(-32700, pipe.ask(b"{")["error"]["code"])
            self.assertEqual(-32700, pipe.ask(b"\xff\xfe")["error"]["code"])
            self.assertEqual(-32600, pipe.ask(b"5")["error"]["code"])
            self.initialize(pipe, LEGACY[0])
            self.assertEqual({}, pipe.ask(rpc("ping"))["result"])

    def test_notifications_come_before_the_answer(self):
        with self.serve(plugin(hostile("misbehaving"))) as pipe:
            self.initialize(pipe, LEGACY[0])
            pipe.send(rpc("tools/call", {"name": "notifies", "_meta": {"progressToken": "t"}}, 5))
            heard = []
            while "id" not in (message := pipe.read()):
                heard.append(message)
            progress = [one["params"]["progress"] for one in heard if one["method"] == "notifications/progress"]
            self.assertEqual([1, 2, 3], progress)
            self.assertEqual(5, message["id"])

    def test_a_batch_is_answered_in_a_session_of_2025_03_26_and_nowhere_else(self):
        batch = [rpc("ping", id=1), rpc("notifications/initialized", id=None), rpc("tools/call", {
            "name": "echo", "arguments": {"text": "hi"}}, id=2), rpc("nothing", id=3)]
        with self.serve() as pipe:
            self.assertEqual(-32600, pipe.ask(batch)["error"]["code"])
        for version in LEGACY:
            with self.subTest(version), self.serve() as pipe:
                self.initialize(pipe, version)
                answer = pipe.ask(batch)
                if version != "2025-03-26":
                    self.assertEqual(-32600, answer["error"]["code"])
                    continue
                self.assertEqual([1, 2, 3], [one["id"] for one in answer])
                self.assertEqual("hi", answer[1]["result"]["content"][0]["text"])
                self.assertEqual(-32601, answer[2]["error"]["code"])
                pipe.send([rpc("notifications/initialized", id=None)])
                self.assertEqual(-32600, pipe.ask([])["error"]["code"])
                self.assertEqual({}, pipe.ask(rpc("ping"))["result"])

    def test_a_call_is_cancelled_by_notification_in_either_era(self):
        with self.serve(plugin(hostile("notifying"), threads=8)) as pipe:
            def lingering():
                return pipe.ask(modern("tools/call", {"name": "lingering"},
                                       id="count")[0])["result"]["content"][0]["text"]

            def call(era, id):
                params = {"name": "linger"}
                return modern("tools/call", params, id=id)[0] if era == "modern" else rpc("tools/call", params, id=id)

            def count(expected):
                end = time.monotonic() + TIMEOUT
                while lingering() != expected and time.monotonic() < end:
                    pass
                self.assertEqual(expected, lingering())

            self.initialize(pipe, LEGACY[0])
            for era in ("modern", "legacy"):
                pipe.send(call(era, "wrong-one"))
                pipe.send(call(era, 5))
                count("2")
                pipe.send(rpc("notifications/cancelled", {"requestId": "5"}, id=None))
                pipe.send(rpc("notifications/cancelled", {"requestId": 5}, id=None))
                count("1")
                pipe.send(rpc("notifications/cancelled", {"requestId": "wrong-one"}, id=None))
                count("0")

    def test_changes_are_sent_in_either_era(self):
        with self.serve(plugin(hostile("notifying"))) as pipe:
            change = rpc("tools/call", {"name": "change", "arguments": {"kind": "tool"}}, id="change")
            pipe.send(modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}}, id="all")[0])
            self.assertEqual("notifications/subscriptions/acknowledged", pipe.read()["method"])
            pipe.send(change)
            heard = {message.get("method", message.get("id")): message for message in (pipe.read(), pipe.read())}
            self.assertEqual({"notifications/tools/list_changed", "change"}, set(heard))
            self.assertEqual({META + "subscriptionId": "all"},
                             heard["notifications/tools/list_changed"]["params"]["_meta"])
            pipe.send(rpc("notifications/cancelled", {"requestId": "all"}, id=None))

            self.initialize(pipe, LEGACY[0])
            pipe.send(rpc("resources/subscribe", {"uri": "talk://a"}, id=2))
            self.assertEqual(2, pipe.read()["id"])
            pipe.send(change)
            pipe.send(rpc("tools/call", {"name": "update", "arguments": {"uri": "talk://a"}}, id="update"))
            heard = {message.get("method", message.get("id")): message for message in (pipe.read() for _ in range(4))}
            self.assertEqual({"notifications/tools/list_changed", "notifications/resources/updated", "change",
                              "update"},
                             set(heard))
            self.assertEqual({"uri": "talk://a"}, heard["notifications/resources/updated"]["params"])
            self.assertEqual({}, heard["notifications/tools/list_changed"].get("params", {}))

    def test_a_legacy_client_gets_requests_and_responds(self):
        with self.serve(plugin(CONFORMANCE_PLUGIN)) as pipe:
            self.initialize(pipe, LEGACY[0], {"elicitation": {}})
            question = pipe.ask(rpc("tools/call", {"name": "test_elicitation", "arguments": {"message": "Who?"}}, id=4))
            self.assertEqual(("elicitation/create", "Who?"), (question["method"], question["params"]["message"]))
            answer = pipe.ask({"jsonrpc": "2.0", "id": question["id"],
                               "result": {"action": "accept", "content": {"response": "Ann"}}})
            self.assertEqual(4, answer["id"])
            self.assertIn("Ann", answer["result"]["content"][0]["text"])

    def test_a_task_is_created_and_subscribed_to(self):
        with self.serve(plugin(CONFORMANCE_PLUGIN)) as pipe:
            params = {"name": "slow_compute", "arguments": {"seconds": 1, "label": "it"}}
            id = pipe.ask(modern("tools/call", params, meta=TASKS)[0])["result"]["taskId"]
            pipe.send(modern("subscriptions/listen", {"notifications": {"taskIds": [id]}}, id=2, meta=TASKS)[0])
            self.assertEqual({"taskIds": [id]}, pipe.read()["params"]["notifications"])
            done = pipe.read()
            self.assertEqual(("notifications/tasks", "completed"), (done["method"], done["params"]["status"]))
            got = pipe.ask(modern("tasks/get", {"taskId": id}, id=3, meta=TASKS)[0])["result"]
            self.assertEqual(got["result"], done["params"]["result"])

    def test_a_call_in_flight_does_not_outlive_the_client(self):
        with self.serve(plugin(hostile("misbehaving"))) as pipe:
            pipe.send(modern("tools/call", {"name": "slow", "arguments": {"ms": 25_000}})[0])
            self.assertEqual(2, pipe.ask(modern("server/discover", id=2)[0])["id"])
            begun = time.monotonic()
        self.assertLess(time.monotonic() - begun, 20)

    def test_a_configuration_error_is_written_to_standard_error_only(self):
        with Folder("nonsense") as folder:
            done = subprocess.run([BINARY, "serve", "--stdio", "--config", folder.config], env=environment(new_token()),
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=False)
        self.assertEqual((78, b""), (done.returncode, done.stdout))
        self.assertIn(b"toolrack.toml:1:", done.stderr)
