"""Tasks: calls that continue after a response with a handle (extension io.modelcontextprotocol/tasks)."""

import datetime

from harness import (CONFORMANCE_PLUGIN, META, TIMEOUT, Server, Session, SharedServerTest, hostile, modern, overlay,
                     plugin, settings, wait_until)

from test_rounds import accepted

INVALID_PARAMS, MISSING_CAPABILITY, HEADER_MISMATCH = -32602, -32021, -32020
EXTENSION = META + "tasks"
KNOWS_TASKS = {"elicitation": {}, "extensions": {EXTENSION: {}}}
ENDS = ("completed", "failed", "cancelled")


class TaskTests(SharedServerTest):
    config = settings(plugin(CONFORMANCE_PLUGIN))

    def ask(self, method, params, can=None, token=True, server=None, **more):
        meta = {META + "clientCapabilities": KNOWS_TASKS if can is None else can}
        return (server or self.server).post(*modern(method, params, meta=meta, **more), token=token)

    def call(self, name, arguments=None, responses=None, **more):
        params = overlay({"name": name, "arguments": arguments or {}, "inputResponses": responses}, {})
        return self.ask("tools/call", params, **more)

    def compute(self, seconds=60, **more):
        """The id of a task that takes so long."""
        return self.begin("slow_compute", {"seconds": seconds, "label": "it"}, **more)

    def begin(self, name, arguments=None, **more):
        result = self.call(name, arguments, **more).result
        self.assertEqual("task", result["resultType"], result)
        return result["taskId"]

    def get(self, id, **more):
        response = self.ask("tasks/get", {"taskId": id}, **more)
        self.assertEqual("complete", response.result["resultType"])
        self.assertEqual(id, response.result["taskId"])
        self.assertNotIn("requestState", response.result)
        return response.result

    def wait(self, id, *statuses, **more):
        """The task, once it has one of these statuses."""
        self.assertTrue(wait_until(lambda: self.get(id, **more)["status"] in statuses), self.get(id, **more))
        return self.get(id, **more)

    def acknowledge(self, method, id, **params):
        response = self.ask(method, {"taskId": id} | params)
        self.assertEqual({"resultType"}, set(response.result) - {"_meta"})
        self.assertEqual("complete", response.result["resultType"])

    def assert_missing(self, response):
        self.assertEqual((400, MISSING_CAPABILITY), (response.status, response.code), response)
        self.assertEqual({"requiredCapabilities": {"extensions": {EXTENSION: {}}}}, response.error["data"])


class Task(TaskTests):
    def test_is_offered_as_an_extension_and_not_as_a_capability(self):
        capabilities = self.server.modern("server/discover").result["capabilities"]
        self.assertEqual({EXTENSION: {}}, capabilities["extensions"])
        self.assertNotIn("tasks", capabilities)
        self.assertNotIn("extensions", Session(self.server).opened["capabilities"])

    def test_starts_with_a_handle_that_is_valid_at_once(self):
        result = self.call("slow_compute", {"seconds": 60}).result
        self.assertEqual({"resultType", "_meta", "taskId", "status", "createdAt", "lastUpdatedAt", "ttlMs",
                          "pollIntervalMs"},
                         set(result))
        self.assertEqual(("task", "working"), (result["resultType"], result["status"]))
        for member in ("createdAt", "lastUpdatedAt"):
            self.assertIsNotNone(datetime.datetime.fromisoformat(result[member]).tzinfo)
        self.assertGreater(result["ttlMs"], 60_000)
        self.assertGreater(result["pollIntervalMs"], 0)
        standing = self.get(result["taskId"])
        self.assertEqual(result | {"resultType": "complete"}, standing)
        self.acknowledge("tasks/cancel", result["taskId"])

    def test_has_an_unguessable_id(self):
        ids = [self.compute() for _ in range(5)]
        self.assertEqual(5, len({id[:4] for id in ids}))
        for id in ids:
            self.assertRegex(id, r"^[A-Za-z0-9_-]{20,}$")
            self.acknowledge("tasks/cancel", id)

    def test_completes_with_the_result_of_the_call(self):
        done = self.wait(self.compute(1.5), *ENDS)
        self.assertEqual("completed", done["status"])
        self.assertEqual("Computed it for 1.5 s", done["result"]["content"][0]["text"])
        self.assertNotIn("error", done)
        self.assertGreaterEqual(done["lastUpdatedAt"], done["createdAt"])
        self.assertEqual(done, self.get(done["taskId"]))

    def test_completes_when_the_tool_reports_an_error_and_fails_when_the_call_fails(self):
        done = self.wait(self.begin("failing_job"), *ENDS)
        self.assertEqual(("completed", True), (done["status"], done["result"]["isError"]))
        done = self.wait(self.begin("protocol_error_job"), *ENDS)
        self.assertEqual("failed", done["status"])
        self.assertEqual((-32603, "protocol_error_job failed, as it should"),
                         (done["error"]["code"], done["error"]["message"]))
        self.assertNotIn("result", done)

    def test_is_not_created_for_an_immediate_answer(self):
        for response in (self.call("slow_compute", {"seconds": 0}), self.call("greet", {"name": "Ann"})):
            self.assertEqual("complete", response.result["resultType"])
        self.assertTrue(self.call("slow_compute", {"seconds": -1}).result["isError"])
        self.assertEqual(INVALID_PARAMS, self.call("nobody").code)

    def test_stays_cancelled(self):
        id = self.compute()
        for _ in range(3):
            self.acknowledge("tasks/cancel", id)
        done = self.wait(id, *ENDS)
        self.assertEqual("cancelled", done["status"])
        self.assertEqual(set(), {"result", "error", "inputRequests"} & set(done))
        self.acknowledge("tasks/update", id, inputResponses={"x": accepted()})
        self.assertEqual("cancelled", self.get(id)["status"])

    def test_that_has_ended_cannot_be_cancelled(self):
        done = self.wait(self.compute(1.5), *ENDS)
        self.acknowledge("tasks/cancel", done["taskId"])
        self.assertEqual(done, self.get(done["taskId"]))

    def test_does_not_delay_the_shutdown(self):
        with Server(settings(plugin(CONFORMANCE_PLUGIN))) as server:
            for _ in range(20):
                self.begin("slow_compute", {"seconds": 600}, server=server)
            self.begin("confirm_delete", {"filename": "f"}, server=server)
            server.stop()
            self.assertNotIn("never returned", server.log)

    def test_continues_after_a_change_of_the_lists(self):
        with Server(settings(plugin(CONFORMANCE_PLUGIN))) as server:
            id = self.compute(1.5, server=server)
            for _ in range(5):
                server.call_tool("test_trigger_tool_change", {})
            self.assertEqual("completed", self.wait(id, *ENDS, server=server)["status"])


class DisconnectedBeforeTheHandle(TaskTests):
    config = settings(plugin(hostile("notifying"), threads=16))

    def count_lingering_tools(self):
        return int(self.server.call_tool("lingering", {}).text)

    def test_the_call_is_cancelled(self):
        message, fields = modern("tools/call", {"name": "linger"}, meta={META + "clientCapabilities": KNOWS_TASKS})
        for _ in range(10):
            with self.server.connect() as connection:
                connection.send(self.server.request(body=message, fields=fields))
                self.assertTrue(wait_until(lambda: self.count_lingering_tools() == 1))
                is_in_time = connection.is_silent(0)
                if not is_in_time:
                    self.acknowledge("tasks/cancel", connection.read_response().result["taskId"])
            self.assertTrue(wait_until(lambda: self.count_lingering_tools() == 0, 10), "the call was not cancelled")
            if is_in_time:
                return
        self.skipTest("this machine is too slow to leave within a quarter of a second")


class TaskInput(TaskTests):
    def task_waiting_for_input(self, name="confirm_delete", arguments=None):
        task = self.wait(self.begin(name, arguments or {"filename": "f"}), "input_required", *ENDS)
        self.assertEqual("input_required", task["status"])
        return task

    def update(self, task, **responses):
        self.acknowledge("tasks/update", task["taskId"], inputResponses=responses)

    def test_is_requested_by_the_task(self):
        task = self.task_waiting_for_input()
        self.assertEqual({"confirm": "elicitation/create"},
                         {key: one["method"] for key, one in task["inputRequests"].items()})
        self.assertIn("Delete f?", task["inputRequests"]["confirm"]["params"]["message"])
        self.update(task, confirm=accepted(confirm=True))
        done = self.wait(task["taskId"], *ENDS)
        self.assertEqual("Deleted f", done["result"]["content"][0]["text"])
        self.assertNotIn("inputRequests", done)

    def test_can_be_sent_in_parts(self):
        task = self.task_waiting_for_input("multi_input")
        self.assertEqual({"first", "second"}, set(task["inputRequests"]))
        self.update(task, first=accepted(name="Ann"))
        self.assertEqual({"second"}, set(self.get(task["taskId"])["inputRequests"]))
        self.update(task, first=accepted(name="too late"), second=accepted(name="Bob"))
        self.assertEqual("Got Ann and Bob", self.wait(task["taskId"], *ENDS)["result"]["content"][0]["text"])

    def test_that_was_not_requested_is_ignored(self):
        task = self.task_waiting_for_input()
        self.update(task, unknown=accepted(confirm=True))
        self.update(task)
        self.assertEqual(task["inputRequests"], self.get(task["taskId"])["inputRequests"])
        self.update(task, unknown=5, confirm=accepted(confirm=False))
        self.assertEqual("Kept f", self.wait(task["taskId"], *ENDS)["result"]["content"][0]["text"])

    def test_that_declines_fails_the_tool_and_not_the_task(self):
        task = self.task_waiting_for_input()
        self.update(task, confirm={"action": "decline"})
        done = self.wait(task["taskId"], *ENDS)
        self.assertEqual(("completed", True), (done["status"], done["result"]["isError"]))

    def test_is_an_object(self):
        task = self.task_waiting_for_input()
        for wrong in ([], "x", 5, None, [{"confirm": accepted(confirm=True)}]):
            response = self.ask("tasks/update", {"taskId": task["taskId"], "inputResponses": wrong})
            self.assertEqual(INVALID_PARAMS, response.code)
            self.assertIn("inputResponses", response.sentence)
        self.assertEqual(INVALID_PARAMS, self.ask("tasks/update", {"taskId": task["taskId"]}).code)
        self.acknowledge("tasks/cancel", task["taskId"])
        self.assertEqual("cancelled", self.wait(task["taskId"], *ENDS)["status"])

    def test_of_another_shape_is_requested_again(self):
        for wrong in (5, "yes", None, [], {}, {"action": 5}, accepted(confirm="yes"), {"action": "accept"}):
            with self.subTest(wrong):
                task = self.task_waiting_for_input()
                self.update(task, confirm=wrong)
                again = self.wait(task["taskId"], "input_required", *ENDS)
                self.assertEqual("input_required", again["status"])
                (key,) = again["inputRequests"]
                self.update(again, **{key: accepted(confirm=True)})
                self.assertEqual("Deleted f", self.wait(task["taskId"], *ENDS)["result"]["content"][0]["text"])

    def test_is_never_requested_twice_with_one_key(self):
        task = self.task_waiting_for_input()
        self.update(task, confirm=5)
        again = self.wait(task["taskId"], "input_required", *ENDS)
        self.assertEqual(set(), set(task["inputRequests"]) & set(again.get("inputRequests", {})))

    def test_before_the_task_exists_takes_another_round(self):
        response = self.call("test_tool_with_task")
        self.assertEqual("input_required", response.result["resultType"])
        self.assertEqual({"user_name"}, set(response.result["inputRequests"]))
        id = self.begin("test_tool_with_task", responses={"user_name": accepted(name="Ann")})
        self.assertEqual("Hello, Ann!", self.wait(id, *ENDS)["result"]["content"][0]["text"])

    def test_of_an_undeclared_capability_fails_the_task(self):
        id = self.begin("confirm_delete", {"filename": "f"}, can={"extensions": {EXTENSION: {}}})
        done = self.wait(id, *ENDS)
        self.assertEqual(("failed", -32021), (done["status"], done["error"]["code"]))
        self.assertIn("elicitation", done["error"]["data"]["requiredCapabilities"])


class TaskSubscription(TaskTests):
    def listen(self, *ids):
        message, fields = modern("subscriptions/listen", {"notifications": {"taskIds": list(ids)}}, "s",
                                 meta={META + "clientCapabilities": KNOWS_TASKS})
        stream = self.server.stream(message, fields)
        self.addCleanup(stream.close)
        return stream, stream.next()["params"]["notifications"].get("taskIds", [])

    def next(self, stream):
        """The task as the next notification tells it."""
        message = stream.next()
        self.assertEqual("notifications/tasks", message["method"])
        params = message["params"]
        self.assertEqual({META + "subscriptionId": "s"}, params.pop("_meta"))
        return params

    def status_of(self, id):
        task = self.get(id)
        del task["resultType"], task["_meta"]
        return task

    def test_sends_each_status_to_every_subscriber(self):
        id = self.wait(self.begin("confirm_delete", {"filename": "f"}), "input_required")["taskId"]
        streams = [self.listen(id)[0] for _ in range(3)]
        for stream in streams:
            self.assertEqual(self.status_of(id), self.next(stream))
        self.acknowledge("tasks/update", id, inputResponses={"confirm": accepted(confirm=True)})
        for stream in streams:
            self.assertEqual("working", self.next(stream)["status"])
            done = self.next(stream)
            self.assertEqual("completed", done["status"])
            self.assertEqual(self.status_of(id), done)

    def test_to_an_ended_task_gets_its_status_at_once(self):
        cancelled, failed = self.compute(), self.begin("protocol_error_job")
        self.acknowledge("tasks/cancel", cancelled)
        self.wait(failed, "failed")
        stream, ids = self.listen(cancelled, failed)
        self.assertEqual([cancelled, failed], ids)
        self.assertEqual(self.status_of(cancelled), self.next(stream))
        notified = self.next(stream)
        self.assertEqual(self.status_of(failed), notified)
        self.assertEqual(("failed", notified["error"]["message"]), (notified["status"], notified["statusMessage"]))

    def test_to_an_unknown_task_is_not_acknowledged(self):
        id = self.compute()
        self.assertEqual([id], self.listen("nobody", id, "")[1])
        self.acknowledge("tasks/cancel", id)

    def test_requires_the_tasks_extension(self):
        for can in ({}, {"elicitation": {}}, {"extensions": {}}):
            message, fields = modern("subscriptions/listen", {"notifications": {"taskIds": ["x"]}},
                                     meta={META + "clientCapabilities": can})
            self.assert_missing(self.server.post(message, fields))

    def test_requires_an_array_of_ids(self):
        for wrong in (None, "x", {}, [1], ["x"] * 101):
            response = self.ask("subscriptions/listen", {"notifications": {"taskIds": wrong}})
            self.assertEqual((400, INVALID_PARAMS), (response.status, response.code))
            self.assertIn("taskIds", response.sentence)


class UnknownTask(TaskTests):
    METHODS = {"tasks/get": {}, "tasks/update": {"inputResponses": {}}, "tasks/cancel": {}}

    def errors(self, id, **more):
        return [self.ask(method, {"taskId": id} | params, **more).error for method, params in self.METHODS.items()]

    def test_is_an_error(self):
        mine = self.compute()
        for id in ("x", "", "nobody", mine[:-1], mine + "A", mine + " ", mine.swapcase(), "\u0000", "ü", "../" + mine,
                   "x" * 5000):
            with self.subTest(id[:40]):
                self.assertEqual({INVALID_PARAMS}, {error["code"] for error in self.errors(id)})
        for wrong in (5, None, True, [mine], {"taskId": mine}):
            with self.subTest(wrong):
                self.assertEqual({INVALID_PARAMS},
                                 {error["code"] for error in self.errors(wrong, fields={"Mcp-Name": "x"})})
        self.assertEqual(INVALID_PARAMS, self.ask("tasks/get", {}).code)
        self.acknowledge("tasks/cancel", mine)

    def test_is_the_answer_to_other_principals(self):
        with Server(settings(plugin(CONFORMANCE_PLUGIN), backend=hostile("subject-from-token"))) as server:
            ann, bob = {"server": server, "token": "ann.1"}, {"server": server, "token": "bob.1"}
            id = self.compute(**ann)
            self.assertEqual(self.errors("A" * len(id), **bob), self.errors(id, **bob))
            self.assertEqual("working", self.get(id, **ann)["status"])
            self.assertEqual("working", self.get(id, **(ann | {"token": "ann.2"}))["status"])
            self.ask("tasks/cancel", {"taskId": id}, **ann)
            self.assertEqual("cancelled", self.wait(id, *ENDS, **ann)["status"])

    def test_methods_of_earlier_drafts_are_unknown(self):
        for method in ("tasks/list", "tasks/result"):
            response = self.ask(method, {"taskId": "x"})
            self.assertEqual((404, -32601), (response.status, response.code))
        session = Session(self.server)
        for method in self.METHODS:
            self.assertEqual(-32601, session.request(method, {"taskId": "x"}).code)

    def test_must_be_named_in_the_header(self):
        id = self.compute()
        for method, params in self.METHODS.items():
            for fields in ({"Mcp-Name": "other"}, {"Mcp-Name": None}, {"Mcp-Name": ""}, {"Mcp-Method": "tasks/list"}):
                response = self.ask(method, {"taskId": id} | params, fields=fields)
                self.assertEqual((400, HEADER_MISMATCH), (response.status, response.code))
        self.assertEqual("working", self.get(id)["status"])


class ClientsWithoutTasks(TaskTests):
    UNAWARE = ({}, {"tasks": {}}, {"extensions": {}}, {"extensions": {"tasks": {}}}, {"extensions": [EXTENSION]},
               {"extensions": 5}, {"extensions": EXTENSION}, {"experimental": {EXTENSION: {}}}, {EXTENSION: {}})

    def test_wait_for_a_tool_that_may_run_as_a_task(self):
        for can in self.UNAWARE[:3]:
            result = self.call("slow_compute", {"seconds": 0.6, "label": "it"}, can=can).result
            self.assertEqual(("complete", "Computed it for 0.6 s"),
                             (result["resultType"], result["content"][0]["text"]))
        params = {"name": "slow_compute", "arguments": {"seconds": 0.6}, "task": {"ttl": 1000}}
        self.assertIn("Computed", Session(self.server).request("tools/call", params).text)

    def test_are_refused_a_tool_that_must_run_as_a_task(self):
        for can in self.UNAWARE:
            with self.subTest(can):
                self.assert_missing(self.call("failing_job", can=can))

    def test_of_the_legacy_era_wait_for_a_tool_that_must_run_as_a_task(self):
        response = Session(self.server).request("tools/call", {"name": "failing_job", "arguments": {}})
        self.assertTrue(response.result["isError"])

    def test_have_no_access_to_tasks(self):
        id = self.compute()
        for method, params in UnknownTask.METHODS.items():
            for can in self.UNAWARE:
                self.assert_missing(self.ask(method, {"taskId": id} | params, can=can))
        self.acknowledge("tasks/cancel", id)


class TaskLimit(TaskTests):
    """A thousand of one principal are kept; then a call that could be one is answered when it is done."""

    config = settings(*(plugin(CONFORMANCE_PLUGIN, name=f"p{n}", prefix=f"p{n}_", queue=2000) for n in range(2)),
                      limits={"calls_per_principal": 20_000})
    COUNT = 1000

    def test_makes_further_calls_run_without_a_task(self):
        connections = [self.server.connect() for _ in range(self.COUNT)]
        params = {"name": "p0_slow_compute", "arguments": {"seconds": 600}}
        message, fields = modern("tools/call", params, meta={META + "clientCapabilities": KNOWS_TASKS})
        for connection in connections:
            connection.socket.settimeout(4 * TIMEOUT)
            connection.send(self.server.request(body=message, fields=fields))
        self.assertEqual({"task"}, {connection.read_response().result["resultType"] for connection in connections})
        for connection in connections:
            connection.close()
        self.assertEqual("complete", self.call("p1_slow_compute", {"seconds": 0.6}).result["resultType"])
        self.assertTrue(self.call("p1_failing_job").result["isError"])
