"""The audit log: one complete record for each call, in order, for any state of the file."""

import itertools
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import tempfile
import threading
import unittest

from canaries import Canary, LeakSearch
from harness import (CONFORMANCE_PLUGIN, META, Folder, Server, Session, hostile, modern, new_token, plugin, rpc,
                     settings, table, toolrack, wait_until)
from test_stdio import StdioClient

ECHO = {"name": "echo", "arguments": {"text": "hi"}}
KNOWS_TASKS = {META + "clientCapabilities": {"elicitation": {}, "extensions": {META + "tasks": {}}}}


def records(text):
    """The lines of an audit; each is whole, and one more than the one before."""
    lines = [json.loads(line) for line in text.splitlines()]
    for run in {line["run"] for line in lines}:
        numbers = [line["seq"] for line in lines if line["run"] == run]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), numbers
    return lines


class AuditTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="toolrack-audit-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.path = self.folder / "audit.jsonl"

    def config(self, *plugins, audit=None, **more):
        return settings(*(plugins or ("echo",)), extra=table("[audit]", {"path": self.path} | (audit or {})), **more)

    def serve(self, *plugins, audit=None, environment=None, **more):
        server = Server(self.config(*plugins, audit=audit, **more), **(environment or {}))
        self.addCleanup(server.stop)
        return server

    def lines(self, *kinds):
        found = records(self.path.read_text())
        return [line for line in found if not kinds or line["kind"] in kinds]

    def wait_for_lines(self, count, *kinds):
        """Of these kinds, once there are so many."""
        self.assertTrue(wait_until(lambda: len(self.lines(*kinds)) >= count), self.path.read_text())
        return self.lines(*kinds)

    def last_call(self, count=1):
        calls = self.wait_for_lines(count, "call")
        self.assertEqual(count, len(calls), calls)
        return calls[-1]


class AuditRecord(AuditTests):
    def test_names_the_caller_the_call_and_its_outcome(self):
        server = self.serve()
        trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        self.assertEqual(200, server.modern("tools/call", ECHO, id="r 1", meta={"traceparent": trace}).status)
        line = self.last_call()
        self.assertRegex(line.pop("time"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertRegex(line.pop("run"), r"^[\w-]{12}$")
        self.assertGreater(line.pop("durationMs"), 0)
        self.assertEqual({"seq": 2, "kind": "call", "method": "tools/call", "name": "echo", "subject": "token",
                          "issuer": "env-token", "credential": "env-1", "request": "r 1",
                          "trace": "4bf92f3577b34da6a3ce929d0e0e4736",
                          "generation": 1, "client": "e2e", "clientVersion": "1", "outcome": "ok"}, line)

    def test_is_written_for_every_transport_and_version(self):
        server = self.serve()
        server.plain("tools/call", ECHO)
        server.modern("tools/call", ECHO)
        session = Session(server)
        session.request("tools/call", ECHO, id=7)
        Session(server, "2025-03-26").post([rpc("tools/call", ECHO, 1), rpc("tools/call", ECHO, 2), rpc("ping", id=3)])
        calls = self.wait_for_lines(5, "call")
        self.assertEqual([("ok", "echo")] * 5, [(line["outcome"], line["name"]) for line in calls])
        self.assertEqual([None, "e2e", "e2e", "e2e", "e2e"], [line.get("client") for line in calls])
        server.stop()
        with StdioClient(self.config()) as pipe:
            pipe.ask(rpc("tools/call", ECHO, 1))
        over_pipe = self.lines("call")[-1]
        self.assertEqual(("local", "stdio", "ok"), (over_pipe["subject"], over_pipe["issuer"], over_pipe["outcome"]))
        self.assertEqual(["opened", "closed"] * 2, [line["kind"] for line in self.lines("opened", "closed")])

    def test_is_written_for_every_method_that_runs_a_plugin_and_for_no_other(self):
        server = self.serve(plugin(CONFORMANCE_PLUGIN))
        server.modern("prompts/get", {"name": "test_simple_prompt"})
        server.modern("resources/read", {"uri": "test://static-text"})
        server.modern("completion/complete", {"ref": {"type": "ref/prompt", "name": "test_prompt_with_arguments"},
                                              "argument": {"name": "arg1", "value": "x"}})
        for method in ("tools/list", "server/discover", "prompts/list"):
            server.modern(method)
        calls = self.wait_for_lines(3, "call")
        self.assertEqual([("prompts/get", "test_simple_prompt", "ok"), ("resources/read", "test://static-text", "ok"),
                          ("completion/complete", "test_prompt_with_arguments", "ok")],
                         [(line["method"], line["name"], line["outcome"]) for line in calls])

    def test_names_every_outcome(self):
        slow = {"name": "slow", "arguments": {"ms": 60_000}}
        server = self.serve("echo", plugin(CONFORMANCE_PLUGIN), plugin(hostile("misbehaving"), threads=1, queue=1),
                            plugin(hostile("misbehaving"), name="hurried", prefix="hurried_", timeout="200ms"),
                            plugin(hostile("misbehaving"), name="other", prefix="other_"),
                            auth={"options": {"scopes": ["echo", "misbehaving", "hurried", "fixture"]}},
                            server={"drain": "100ms"})
        expected = []

        def ends(outcome, code, answer):
            expected.append((outcome, code))
            line = self.last_call(len(expected))
            self.assertEqual(expected[-1], (line["outcome"], line.get("code")), (line, answer))

        ends("ok", None, server.call_tool("echo", {"text": "hi"}))
        ends("tool_error", None, server.call_tool("echo", {"text": 7}))
        ends("tool_error", None, server.call_tool("test_error_handling"))
        ends("error", -32602, server.call_tool("nonsense"))
        ends("error", -32602, server.plain("tools/call", {}))
        ends("tool_error", None, server.call_tool("throws"))
        ends("error", -32603, server.call_tool("answers_bad_json"))
        ends("error", -32020, server.modern("tools/call", ECHO, fields={"Mcp-Name": "other"}))
        ends("error", -32022, server.modern("tools/call", ECHO, meta={META + "protocolVersion": "2999-01-01"},
                                            fields={"MCP-Protocol-Version": "2999-01-01"}))
        ends("error", -32600, server.post(rpc("tools/call", ECHO), {"Mcp-Session-Id": "nonsense"}))
        ends("denied", -32600, server.call_tool("other_throws"))
        ends("timed_out", -32603, server.call_tool("hurried_slow", {"ms": 60_000}))
        ends("input_required", None, server.modern("tools/call", {"name": "test_input_required_result_elicitation"},
                                                   meta=KNOWS_TASKS))
        with server.connect() as leaving:
            body, fields = modern("tools/call", slow)
            leaving.send(server.request(body=body, fields=fields))
            self.assertTrue(wait_until(lambda: server.call_tool("echo", {"text": "hi"}).status == 200))
            expected.append(("ok", None))
        ends("cancelled", None, None)

        # One runs, one waits, and for the third there is no room.
        holding = [server.connect() for _ in range(2)]
        for connection in holding:
            self.addCleanup(connection.close)
            connection.send(server.request(body=rpc("tools/call", slow)))
        attempts = 0
        while "busy" not in {line["outcome"] for line in self.lines("call")}:
            attempts += 1
            self.assertLess(attempts, 100)
            with server.connect() as one:
                one.send(server.request(body=modern("tools/call", slow)[0], fields=modern("tools/call", slow)[1]))
                wait_until(lambda: not one.is_silent(0.05) or None, 0.2)
        # One that an attempt overtook had its answer: there was no room for it.
        waiting = sum(one.is_silent(0.05) for one in holding)
        self.assertGreater(waiting, 0)
        server.stop()
        self.assertEqual(waiting, [line["outcome"] for line in self.lines("call")].count("unanswered"))

    def test_of_a_task_is_written_when_the_task_is_created_and_when_it_ends(self):
        server = self.serve(plugin(CONFORMANCE_PLUGIN))
        begun = server.modern("tools/call", {"name": "slow_compute", "arguments": {"seconds": 60, "label": "it"}},
                              meta=KNOWS_TASKS)
        id = begun.result["taskId"]
        server.modern("tasks/get", {"taskId": id}, meta=KNOWS_TASKS)
        server.modern("tasks/cancel", {"taskId": id}, meta=KNOWS_TASKS)
        ended, = self.wait_for_lines(1, "task")
        self.assertEqual(("cancelled", "slow_compute", id), (ended["outcome"], ended["name"], ended["task"]))
        handed_out, cancelled = self.wait_for_lines(2, "call")
        self.assertEqual(("task", id), (handed_out["outcome"], handed_out["task"]))
        self.assertEqual(("tasks/cancel", "ok", id), (cancelled["method"], cancelled["outcome"], cancelled["name"]))
        early = server.modern("tools/call", {"name": "slow_compute", "arguments": {"seconds": 0, "label": "it"}},
                              meta=KNOWS_TASKS)
        self.assertNotIn("taskId", early.result)
        self.assertEqual("ok", self.last_call(3)["outcome"])
        self.assertEqual(1, len(self.lines("task")))

    def test_names_the_policy_that_allowed_the_call(self):
        server = self.serve()
        server.call_tool("echo", {"text": "hi"})
        server.signal(signal.SIGHUP)
        server.wait_for_line("configuration reloaded")
        server.call_tool("echo", {"text": "hi"})
        self.last_call(2)
        self.assertEqual([1, 2], [line["generation"] for line in self.lines("call")])

    def test_is_one_line_for_any_client_input(self):
        server = self.serve()
        odd = "\u0000\n\r\u001b[2J\u2028\u0085\u202e\"}\\" + "x" * 100_000
        server.modern("tools/call", {"name": odd}, id=odd[:60],
                      meta={META + "clientInfo": {"name": odd, "version": odd}, "traceparent": odd},
                      fields={"Mcp-Name": None})
        server.call_tool(odd, id=odd[:60])
        self.last_call(2)
        for line in self.path.read_bytes().splitlines():
            self.assertLess(len(line), 4000)
            self.assertNotRegex(line.decode(), r"[\x00-\x1f\x7f-\x9f\u2028\u202e]")


class Arguments(AuditTests):
    def line_of(self, **audit):
        server = self.serve(audit=audit, environment={"XDG_STATE_HOME": str(self.folder)})
        server.call_tool("echo", {"text": "canary 1234"})
        server.stop()
        return self.lines("call")[-1]

    def test_are_recorded_only_when_configured(self):
        self.line_of()
        self.assertNotIn("canary", self.path.read_text())
        self.assertEqual({"text": "canary 1234"}, self.line_of(arguments="full")["arguments"])

    def test_have_keyed_digests_that_are_equal_after_a_restart(self):
        first, second = (self.line_of(arguments="digest")["argumentsDigest"] for _ in range(2))
        self.assertEqual(first, second)
        self.assertRegex(first, r"^hmac-sha256:[0-9a-f]{64}$")
        self.assertEqual(0o600, (self.folder / "toolrack" / "audit.key").stat().st_mode & 0o777)
        (self.folder / "toolrack" / "audit.key").unlink()
        self.assertNotEqual(first, self.line_of(arguments="digest")["argumentsDigest"])
        self.assertNotIn("canary", self.path.read_text())


class Refusals(AuditTests):
    def test_are_recorded_without_the_token(self):
        server = self.serve()
        wrong = new_token()
        self.assertEqual(401, server.post(rpc("tools/call", ECHO), token=wrong).status)
        self.assertEqual(401, server.post(rpc("tools/call", ECHO), token=None).status)
        self.assertEqual(401, server.post(rpc("tools/call", ECHO),
                                          {"Authorization": "Bearer ${MCP_AUTH_TOKEN}"}).status)
        server.call_tool("echo", {"text": "hi"})
        lines = self.wait_for_lines(3, "refused")
        self.assertEqual([("bad_token", "127.0.0.1"), ("no_token", "127.0.0.1"), ("unexpanded_variable", "127.0.0.1")],
                         [(line["reason"], line["peer"]) for line in lines])
        self.last_call()
        search = LeakSearch(Canary("token", secret) for secret in (wrong, server.token))
        self.assertEqual([], search.find_in_text(self.path.read_text(), "the audit"))

    def test_are_recorded_at_a_limited_rate(self):
        server = self.serve()
        for _ in range(400):
            self.assertEqual(401, server.post(rpc("tools/list"), token="x" * 40).status)
        server.stop()
        lines = self.lines("refused")
        self.assertGreaterEqual(len(lines), 60)
        self.assertLess(len(lines), 400)


class LogRotation(AuditTests):
    def test_keeps_every_record_whole_under_load(self):
        server = self.serve()
        callers, each, renames = 4, 150, 20
        done = threading.Event()

        def call():
            with server.connect() as connection:
                for _ in range(each):
                    connection.send(server.request(body=rpc("tools/call", ECHO)))
                    self.assertEqual(200, connection.read_response().status)

        threads = [threading.Thread(target=call) for _ in range(callers)]
        for thread in threads:
            thread.start()
        rotated = []
        for number in itertools.count():
            if len(rotated) == renames or done.is_set():
                break
            if not wait_until(self.path.exists):
                break
            rotated.append(self.folder / f"audit.{number}")
            self.path.rename(rotated[-1])
            if number % 2:
                server.signal(signal.SIGHUP)  # as logrotate does; without it, the server notices by itself
            self.assertTrue(wait_until(self.path.exists))
        for thread in threads:
            thread.join()
        server.stop()
        lines = records("".join(file.read_text() for file in [*rotated, self.path]))
        self.assertEqual(callers * each, len([line for line in lines if line["kind"] == "call"]))
        self.assertEqual(renames, len(rotated))
        self.assertEqual(("opened", "closed"), (lines[0]["kind"], lines[-1]["kind"]))

    def test_by_truncation_is_followed_by_whole_lines(self):
        server = self.serve()
        server.call_tool("echo", {"text": "hi"})
        self.last_call()
        os.truncate(self.path, 0)
        server.call_tool("echo", {"text": "hi"})
        self.assertEqual("ok", self.last_call()["outcome"])

    def test_to_a_file_that_other_users_may_write_rejects_audited_calls(self):
        server = self.serve(audit={"required": True})
        self.assertEqual(200, server.call_tool("echo", {"text": "hi"}).status)
        self.path.rename(self.folder / "old")
        self.path.touch()
        self.path.chmod(0o666)
        self.assertTrue(wait_until(lambda: server.call_tool("echo", {"text": "hi"}).status == 503))
        server.wait_for_line(r"cannot write the audit log .*other users may use it \(mode 0666\); set its mode to 0600")
        self.path.chmod(0o600)
        self.assertTrue(wait_until(lambda: server.call_tool("echo", {"text": "hi"}).status == 200))


def limit_files(server, size=resource.RLIM_INFINITY):
    """Has every file of the server full at `size` bytes, as a disk would be."""
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (size, resource.prlimit(server.pid, resource.RLIMIT_FSIZE)[1]))


class FullDisk(AuditTests):
    def test_rejects_calls_when_the_audit_is_required(self):
        # A call that ran would keep the only thread there is.
        server = self.serve(plugin(hostile("misbehaving"), threads=1), audit={"required": True})
        short, long = ({"name": "slow", "arguments": {"ms": ms}} for ms in (0, 600_000))
        self.assertEqual("slept", server.modern("tools/call", short).text)
        self.last_call()
        begun, = self.lines("begin")
        self.assertEqual(begun["seq"], self.lines("call")[0]["beginSeq"])

        limit_files(server, self.path.stat().st_size + 20)
        for ask in (lambda: server.modern("tools/call", long), lambda: server.plain("tools/call", long),
                    lambda: Session(server).request("tools/call", long)):
            refused = ask()
            self.assertEqual((503, -32603, {"reason": "audit", "retriable": True}),
                             (refused.status, refused.code, refused.error["data"]))
            self.assertIn("the required audit log cannot be written. Try again later", refused.error["message"])
        self.assertEqual(200, server.plain("tools/list").status)  # which runs nothing
        server.wait_for_line(f"cannot write the audit log {re.escape(str(self.path))}: File too large")

        limit_files(server)
        server.wait_for_line("is written again")
        self.assertEqual("slept", server.modern("tools/call", short).text)
        calls = self.wait_for_lines(5, "call")
        self.assertEqual(["ok", "unaudited", "unaudited", "unaudited", "ok"], [line["outcome"] for line in calls])

    def test_delays_records_when_the_audit_is_not_required(self):
        server = self.serve()
        server.call_tool("echo", {"text": "hi"})
        self.last_call()
        limit_files(server, self.path.stat().st_size + 100)
        for _ in range(20):
            self.assertEqual(200, server.call_tool("echo", {"text": "hi"}).status)
        server.wait_for_line("cannot write the audit log")
        self.assertEqual(2, len(self.lines()))  # and no half of a third
        limit_files(server)
        self.last_call(21)

    def test_is_survived_on_a_real_file_system(self):
        small = self.folder / "small"
        small.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", small],
                          capture_output=True).returncode:
            raise unittest.SkipTest("only root may mount a small disk")
        self.addCleanup(subprocess.run, ["umount", "-l", small], check=True)
        self.path = small / "audit.jsonl"
        server = self.serve(audit={"required": True})
        answers = [server.call_tool("echo", {"text": "hi"}).status]
        while answers[-1] == 200 and len(answers) < 1000:
            answers.append(server.call_tool("echo", {"text": "hi"}).status)
        self.assertEqual(503, answers[-1])
        server.wait_for_line("No space left on device")
        full = records(self.path.read_text())
        self.path.rename(small / "old")
        self.assertEqual(503, server.call_tool("echo", {"text": "hi"}).status)
        (small / "old").unlink()
        self.assertTrue(wait_until(lambda: server.call_tool("echo", {"text": "hi"}).status == 200))
        server.stop()
        rest = records(self.path.read_text())
        self.assertEqual(full[-1]["seq"] + 1, rest[0]["seq"])


class AuditFile(AuditTests):
    def refused(self, **audit):
        with Folder(self.config(audit=audit)) as folder:
            done = toolrack("check", "--config", folder.config, token=new_token())
        self.assertEqual(78, done.returncode, done)
        return done.stderr

    def test_that_is_not_trusted_prevents_the_start(self):
        for required in (True, False):
            elsewhere = self.folder / "elsewhere"
            elsewhere.touch()
            self.path.symlink_to(elsewhere)
            self.assertIn("it is a symbolic link; name the file itself", self.refused(required=required))
            self.path.unlink()
            self.path.touch()
            self.path.chmod(0o664)
            self.assertIn("other users may use it (mode 0664)", self.refused(required=required))
            self.path.unlink()
            self.folder.chmod(0o777)
            self.assertIn("other users may write to the folder", self.refused(required=required))
            self.folder.chmod(0o700)
            self.assertIn("cannot open its folder", self.refused(path=self.folder / "none" / "audit.jsonl"))
            self.assertIn("it is not a regular file", self.refused(path="/dev/full"))

    def test_is_created_for_owner_and_group_and_check_writes_nothing(self):
        with Folder(self.config()) as folder:
            self.assertEqual(0, toolrack("check", "--config", folder.config, token=new_token()).returncode)
        self.assertEqual(b"", self.path.read_bytes())
        self.assertEqual(0, self.path.stat().st_mode & 0o037)

    def test_that_cannot_be_opened_makes_the_reload_fail(self):
        server = self.serve()
        config = server.folder / "toolrack.toml"
        config.write_text(config.read_text().replace(str(self.path), str(self.folder / "none" / "audit.jsonl")))
        server.signal(signal.SIGHUP)
        server.wait_for_line("not reloaded, nothing changed: Cannot write the audit log")
        server.call_tool("echo", {"text": "hi"})
        self.assertEqual(1, self.last_call()["generation"])

    def test_can_be_changed_by_a_reload(self):
        server = self.serve()
        server.call_tool("echo", {"text": "hi"})
        self.last_call()
        first, self.path = self.path, self.folder / "second.jsonl"
        config = server.folder / "toolrack.toml"
        config.write_text(config.read_text().replace(str(first), str(self.path)))
        server.signal(signal.SIGHUP)
        server.wait_for_line("configuration reloaded")
        server.call_tool("echo", {"text": "hi"})
        self.assertEqual(2, self.last_call()["generation"])
        self.assertTrue(wait_until(lambda: records(first.read_text())[-1]["kind"] == "closed"))


if __name__ == "__main__":
    unittest.main()
