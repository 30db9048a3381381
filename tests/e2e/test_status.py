"""Monitoring: probes, metrics, the command "status" and sd_notify(3)."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

from canaries import Canary, LeakSearch
from harness import (CONFORMANCE_PLUGIN, TIMEOUT, Server, Session, example, hostile, modern, new_token, plugin, rpc,
                     settings, table, toolrack)
from test_audit import AuditTests, limit_files
from test_broken_lists import replace
from test_edge import Supervisor
from test_tasks import TaskTests
from test_tls import CertificateTests, tls
from test_token_file import TokenListTests, id_of

LIST = rpc("tools/list")
ANY = table("[metrics]", {"scopes": []})


def parse_metrics(page):
    """{name and labels: value} of a page, which is first insisted on being one that can be read."""
    found, declared = {}, {}
    for line in page.splitlines():
        if line.startswith("# "):
            word, name, rest = line[2:].split(" ", 2)
            if word == "TYPE":
                assert name not in declared, f"{name} is declared twice"
                assert rest in ("counter", "gauge", "histogram"), line
                declared[name] = rest
            continue
        label = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\n"])*"'
        match = re.fullmatch(rf'([a-z_:][a-z0-9_:]*)(\{{{label}(?:,{label})*\}})? ([0-9.e+-]+)', line)
        assert match, line
        name = match[1]
        assert name in declared or re.sub("_(bucket|sum|count)$", "", name) in declared, line
        key = match[1] + (match[2] or "")
        assert key not in found, f"{key} occurs twice"
        found[key] = float(match[3])
    return found


class StatusTests(unittest.TestCase):
    def metrics(self, server, token=True):
        answer = server.send("GET", "/metrics", token=token)
        self.assertEqual(200, answer.status, answer)
        self.assertTrue(answer.field("Content-Type").startswith("text/plain; version=0.0.4"), answer)
        return parse_metrics(answer.body.decode())

    def status(self, server, expected=0):
        done = toolrack("status", "--json", "--config", server.folder / "toolrack.toml")
        self.assertEqual(expected, done.returncode, done.stderr)
        return json.loads(done.stdout)

    def status_text(self, server, expected=0):
        done = toolrack("status", "--config", server.folder / "toolrack.toml")
        self.assertEqual(expected, done.returncode, done.stderr)
        return done.stdout

    def wait_for(self, claim):
        """Polls until the condition holds."""
        end = time.monotonic() + TIMEOUT
        while not claim():
            self.assertLess(time.monotonic(), end, "never came true")
            time.sleep(0.01)


class Probes(StatusTests):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(settings("echo"))

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def test_return_one_word_without_authentication(self):
        for path, word in (("/healthz", b"alive\n"), ("/readyz", b"ready\n")):
            with self.subTest(path):
                answer = self.server.send("GET", path, token=False)
                self.assertEqual((200, word), (answer.status, answer.body))
                self.assertEqual("text/plain; charset=utf-8", answer.field("Content-Type"))
                self.assertEqual("no-store", answer.field("Cache-Control"))
                head = self.server.send("HEAD", path, token=False)
                self.assertEqual((200, b""), (head.status, head.body))

    def test_share_one_connection(self):
        with self.server.connect() as connection:
            for _ in range(3):
                connection.send(self.server.request("GET", "/healthz", token=False))
                self.assertEqual(200, connection.read_response().status)

    def test_are_subject_to_the_host_and_origin_checks(self):
        for path in ("/healthz", "/readyz", "/metrics"):
            for fields in ({"Host": "evil.example"}, {"Origin": "https://evil.example"},
                           {"Sec-Fetch-Site": "cross-site"}):
                with self.subTest(f"{path} {fields}"):
                    answer = self.server.send("GET", path, fields=fields, token=False)
                    self.assertEqual(403, answer.status, answer)
                    self.assertNotIn(b"alive", answer.body)
                    self.assertNotIn(b"ready", answer.body)

    def test_accept_only_get_and_head(self):
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            with self.subTest(method):
                answer = self.server.send(method, "/readyz", token=False)
                self.assertEqual(405, answer.status)
                self.assertEqual("GET, HEAD", answer.field("Allow"))

    def test_are_the_only_such_paths(self):
        for path in ("/healthz/", "/readyz/x", "/Healthz", "/metrics"):
            with self.subTest(path):
                self.assertEqual(404, self.server.send("GET", path).status)


class Readiness(StatusTests):
    def test_ends_at_the_stop_signal(self):
        with Server(settings("echo", plugin(hostile("faults")))) as server:
            with server.connect() as busy, server.connect() as probe:
                def ask():
                    probe.send(server.request("GET", "/readyz", token=False))
                    return probe.read_response()

                busy.send(server.request(body=rpc("tools/call", {"name": "slow", "arguments": {"ms": 5000}})))
                self.assertEqual(200, ask().status)
                self.wait_for(lambda: self.status(server)["plugins"][1]["activeCalls"] == 1)
                server.signal()
                server.wait_for_line("stopping")
                answer = ask()
                self.assertEqual((503, b"unready\n"), (answer.status, answer.body))
                self.assertEqual(200, busy.read_response().status)


class SuspendedPlugin(StatusTests):
    def suspend(self, server, name="faults"):
        for _ in range(5):
            self.assertIn("error", server.call_tool("exit", {}).answer)
        server.wait_for_line(f"plugin {name}: .* suspended after")

    def test_that_is_required_makes_the_server_unready_and_is_named_to_operators_only(self):
        config = settings("echo", plugin(hostile("faults"), required=True), extra=ANY)
        with (Supervisor() as supervisor,
              Server(config, NOTIFY_SOCKET=supervisor.name, WATCHDOG_USEC="300000") as server):
            self.assertEqual("Serving 2 plugins", supervisor.next_status())
            self.assertEqual(0, self.metrics(server)['toolrack_plugin_suspended{instance="faults",kind="plugin"}'])
            self.assertEqual(0, self.metrics(server)['toolrack_worker_crashes_total{instance="faults"}'])
            self.suspend(server)

            answer = server.send("GET", "/readyz", token=False)
            self.assertEqual((503, b"unready\n"), (answer.status, answer.body))
            self.assertEqual(200, server.send("GET", "/healthz", token=False).status)
            self.assertEqual("Serving 2 plugins; suspended: faults", supervisor.next_status())
            seen = self.metrics(server)
            self.assertEqual(1, seen['toolrack_plugin_suspended{instance="faults",kind="plugin"}'])
            self.assertEqual(0, seen['toolrack_plugin_suspended{instance="echo",kind="plugin"}'])
            self.assertEqual(5, seen['toolrack_worker_crashes_total{instance="faults"}'])
            self.assertEqual(0, seen["toolrack_ready"])
            status = self.status(server, expected=69)
            self.assertFalse(status["ready"])
            one = next(each for each in status["plugins"] if each["name"] == "faults")
            self.assertEqual(("suspended", 5, True), (one["state"], one["workerCrashes"], one["required"]))
            self.assertIn("it exited", one["reason"])
            self.assertRegex(one["since"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            text = self.status_text(server, expected=69)
            self.assertIn("NOT READY", text)
            self.assertRegex(text, r"suspended since \S+: it exited")

            toolrack("reload", "--config", server.folder / "toolrack.toml")
            self.assertEqual(200, server.send("GET", "/readyz", token=False).status)
            self.assertEqual(0, self.metrics(server)['toolrack_plugin_suspended{instance="faults",kind="plugin"}'])
            self.assertEqual(5, self.metrics(server)['toolrack_worker_crashes_total{instance="faults"}'])
            self.assertEqual(0, self.status(server)["plugins"][1]["calls"])

    def test_that_is_not_required_leaves_the_server_ready(self):
        with Server(settings("echo", plugin(hostile("faults")))) as server:
            self.suspend(server)
            self.assertEqual(200, server.send("GET", "/readyz", token=False).status)
            self.assertEqual("suspended", self.status(server)["plugins"][1]["state"])


class Metrics(StatusTests):
    def test_require_a_token_with_the_configured_scopes(self):
        with tempfile.TemporaryDirectory() as folder:
            tokens = pathlib.Path(folder) / "tokens.toml"
            new = lambda who, *scopes: toolrack("token", "new", "--tokens", tokens, "--principal", who, "--fd", 1,
                                                *(word for one in scopes for word in ("--scope", one))).stdout.strip()
            narrow, wide, reader = new("ann", "echo"), new("bob", "metrics"), new("prom", "metrics:read")
            config = settings("echo", backend="token-file", auth={"options": {"path": tokens}},
                              extra=table("[metrics]", {"scopes": ["metrics:read"]}))
            with Server(config) as server:
                nobody = server.send("GET", "/metrics", token=False)
                self.assertEqual(401, nobody.status)
                self.assertIn("Bearer", nobody.field("WWW-Authenticate"))
                self.assertEqual(401, server.send("GET", "/metrics", token="trk_wrong").status)
                denied = server.send("GET", "/metrics", token=narrow)
                self.assertEqual(403, denied.status)
                self.assertIn('error="insufficient_scope"', denied.field("WWW-Authenticate"))
                self.assertIn('scope="metrics:read"', denied.field("WWW-Authenticate"))
                self.assertIn("metrics:read", denied.error["message"])
                foreign = server.send("GET", "/metrics", token=reader, fields={"Host": "evil.example"})
                self.assertEqual(403, foreign.status)
                self.assertEqual(405, server.send("POST", "/metrics", token=reader, body=b"{}").status)
                for token in (wide, reader):
                    self.assertIn("toolrack_build_info", "".join(self.metrics(server, token)))
                # The scope of the metrics permits nothing else.
                self.assertEqual([], server.post(LIST, token=reader).result["tools"])

    def test_exist_only_with_configured_scopes_and_follow_a_reload(self):
        with Server(settings("echo")) as server:
            self.assertEqual(404, server.send("GET", "/metrics").status)
            file = server.folder / "toolrack.toml"
            plain = file.read_text()
            file.write_text(plain + ANY)
            self.assertEqual(0, toolrack("reload", "--config", file).returncode)
            self.metrics(server)
            file.write_text(plain)
            toolrack("reload", "--config", file)
            self.assertEqual(404, server.send("GET", "/metrics").status)

    def test_a_table_without_scopes_is_refused(self):
        for text, sentence in (("[metrics]\n", "metrics.scopes is missing"),
                               ('[metrics]\nscopes = ["*"]\n', "has a star"),
                               ('[metrics]\nscope = []\n', "unknown key"),
                               ('[server]\npath = "/metrics"\n', "is reserved for probes and metrics")):
            with self.subTest(text), tempfile.TemporaryDirectory() as folder:
                file = pathlib.Path(folder) / "toolrack.toml"
                file.write_text(text + '[auth]\nbackend = "env-token"\n')
                done = toolrack("check", "--config", file, token=new_token())
                self.assertEqual(78, done.returncode)
                self.assertIn(sentence, done.stderr)

    def test_count_requests_by_outcome(self):
        config = settings("echo", plugin(hostile("misbehaving"), prefix="mis_"), extra=ANY)
        with Server(config) as server:
            before = self.metrics(server)
            for _ in range(3):
                self.assertEqual("hi", server.call_tool("echo", {"text": "hi"}).text)
            server.call_tool("echo", {})  # its arguments do not fit, which the model gets
            server.call_tool("there is no such tool " + "x" * 200)
            server.plain("no/such/method")
            server.plain("tools/list")
            server.modern("tools/list")
            server.plain("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {}})
            server.send("GET", "/nowhere")
            server.send(token=False)
            after = self.metrics(server)

            name = "mcp_server_operation_duration_seconds_count"
            call = name + '{mcp_method_name="tools/call"'
            self.assertEqual(3, after[call + ',gen_ai_tool_name="echo"}'])
            self.assertEqual(1, after[call + ',gen_ai_tool_name="echo",error_type="tool_error"}'])
            self.assertEqual(1, after[call + ',error_type="-32602"}'])
            self.assertEqual(1, after[name + '{mcp_method_name="_OTHER",error_type="-32601"}'])
            self.assertEqual(2, after[name + '{mcp_method_name="tools/list"}'])
            self.assertEqual(1, after[name + '{mcp_method_name="initialize"}'])
            self.assertEqual(9, after['toolrack_requests_total{issuer="env-token",subject="token"}'])
            granted, refused = ('toolrack_auth_decisions_total{backend="env-token",result="%s"}' % word
                                for word in ("granted", "bad_token"))
            self.assertEqual(0, before[refused])
            self.assertEqual(10, after[granted] - before[granted])  # and the second page's own
            self.assertEqual(1, after['toolrack_auth_decisions_total{result="no_token"}'])
            ok, bad = ('toolrack_http_responses_total{code="%s"}' % word for word in ("2xx", "4xx"))
            self.assertEqual(2, after[bad] - before[bad])
            self.assertEqual(10, after[ok] - before[ok])  # and the first page's own
            seconds = name.replace("_count", "_sum") + call[len(name):] + ',gen_ai_tool_name="echo"}'
            self.assertGreater(after[seconds], 0)
            # A refused connection closes shortly after its response.
            self.wait_for(lambda: self.metrics(server)["toolrack_connections"] == 1)
            self.assertEqual(1, after["toolrack_sessions"])

    def test_survive_a_reload(self):
        with Server(settings("echo", extra=ANY)) as server:
            server.call_tool("echo", {"text": "hi"})
            number = self.metrics(server)["toolrack_generation"]
            toolrack("reload", "--config", server.folder / "toolrack.toml")
            server.call_tool("echo", {"text": "hi"})
            seen = self.metrics(server)
            self.assertEqual(number + 1, seen["toolrack_generation"])
            self.assertEqual(2, seen['mcp_server_operation_duration_seconds_count{mcp_method_name="tools/call",'
                                     'gen_ai_tool_name="echo"}'])

    def test_show_a_failed_reload(self):
        with Server(settings("echo", extra=ANY)) as server:
            good = "toolrack_config_last_reload_successful"
            when = "toolrack_config_last_reload_success_timestamp_seconds"
            before = self.metrics(server)
            self.assertEqual(1, before[good])
            self.assertAlmostEqual(time.time(), before[when], delta=TIMEOUT)
            file = server.folder / "toolrack.toml"
            whole = file.read_text()
            file.write_text("nonsense")
            self.assertEqual(78, toolrack("reload", "--config", file).returncode)
            self.assertEqual((0, before[when]), (self.metrics(server)[good], self.metrics(server)[when]))
            self.assertIn("toolrack.toml:1", self.status(server)["reloadError"])
            self.assertIn("last reload failed: ", self.status_text(server))
            file.write_text(whole + plugin("/nowhere/x.so"))  # taken over, and not all of it is served
            toolrack("reload", "--config", file)
            self.assertEqual((0, 1), (self.metrics(server)[good], self.metrics(server)["toolrack_load_failures"]))
            self.assertIn("/nowhere/x.so", " ".join(self.status(server)["problems"]))
            self.assertNotIn("reloadError", self.status(server))
            file.write_text(whole)
            toolrack("reload", "--config", file)
            self.assertEqual(1, self.metrics(server)[good])
            self.assertEqual([], self.status(server)["problems"])


class Gauges(TaskTests, StatusTests):
    config = settings(plugin(CONFORMANCE_PLUGIN), extra=ANY)

    def gauge(self, name):
        return self.metrics(self.server)["toolrack_" + name]

    def test_count_open_streams(self):
        body, fields = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
        self.assertEqual(0, self.gauge("listen_streams"))
        with self.server.stream(body, fields | {"Accept": "text/event-stream"}) as stream:
            stream.next()
            self.wait_for(lambda: self.gauge("listen_streams") == 1)
        self.wait_for(lambda: self.gauge("listen_streams") == 0)

    def test_count_tasks(self):
        before = self.gauge("tasks")
        task = self.compute()
        self.assertEqual(before + 1, self.gauge("tasks"))
        self.acknowledge("tasks/cancel", task)
        self.wait(task, "cancelled")
        self.assertEqual(before + 1, self.gauge("tasks"))  # it can still be asked for

    def test_count_sessions(self):
        before = self.gauge("sessions")
        session = Session(self.server)
        self.assertEqual(before + 1, self.gauge("sessions"))
        session.send("DELETE")
        self.wait_for(lambda: self.gauge("sessions") == before)


class StalePlugin(StatusTests):
    def test_is_reported_with_the_reason_until_it_loads_again(self):
        with Server(settings(extra=ANY)) as server:
            file, library = server.folder / "toolrack.toml", server.folder / "tool.so"
            stale = 'toolrack_plugin_stale{instance="mine",kind="plugin"}'
            whole = file.read_text() + plugin(library, name="mine")

            def reload(bytes):
                (server.folder / "next").write_bytes(bytes)
                (server.folder / "next").rename(library)
                file.write_text(whole)
                toolrack("reload", "--config", file)
                return self.status(server)["plugins"][0], self.metrics(server)[stale]

            good = example("minimal").read_bytes()
            instance, count = reload(good)
            self.assertNotIn("staleReason", instance)
            self.assertEqual(0, count)
            instance, count = reload(b"not a library")
            self.assertIn("not a shared library", instance["staleReason"])
            self.assertEqual(1, count)
            self.assertIn("stale, the configured version failed: ", self.status_text(server))
            self.assertEqual(200, server.send("GET", "/readyz", token=False).status)
            instance, count = reload(good)
            self.assertNotIn("staleReason", instance)
            self.assertEqual(0, count)


class LostAuditRecords(AuditTests, StatusTests):
    def test_are_counted(self):
        server = self.serve(audit={"arguments": "full"})
        file = server.folder / "toolrack.toml"
        file.write_text(file.read_text() + ANY)
        toolrack("reload", "--config", file)
        lost = lambda: self.metrics(server)["toolrack_audit_lost_lines_total"]
        self.assertEqual(0, lost())
        limit_files(server, self.path.stat().st_size)
        calls = 0
        while not lost() and calls < 1000:  # more than are kept back
            self.assertEqual(200, server.call_tool("echo", {"text": "x" * 50_000}).status)
            calls += 1
        self.assertEqual(1, lost())


class InvalidTokenList(TokenListTests, StatusTests):
    status = StatusTests.status

    def test_sets_the_gauge_and_the_status_until_it_is_valid(self):
        token = self.tokens.new("ann")
        good = self.tokens.list.read_text()
        server = Server(self.tokens.config() + ANY)
        self.addCleanup(server.stop)
        gauge = 'toolrack_instance_degraded{instance="token-file",kind="auth"}'

        def degraded():
            return self.metrics(server, token)[gauge]

        self.assertEqual(0, degraded())
        self.assertNotIn("degradedReason", self.status(server)["auth"][0])
        replace(self.tokens.list, good + "\nnonsense")
        self.wait_for(lambda: degraded() == 1)
        instance = self.status(server)["auth"][0]
        self.assertIn(str(self.tokens.list), instance["degradedReason"])
        self.assertRegex(self.status_text(server), r"degraded since \S+Z: .*tokens.toml")
        self.assertEqual(200, server.send("GET", "/readyz", token=False).status)  # the old one serves
        # Two things at once; one of them mended leaves the other.
        self.tokens.revoked.write_text("nonsense\n")
        self.wait_for(lambda: "revoked.list:1" in self.status(server)["auth"][0].get("degradedReason", ""))
        self.assertIn("tokens.toml", self.status(server)["auth"][0]["degradedReason"])
        replace(self.tokens.list, good)
        self.wait_for(lambda: "tokens.toml" not in self.status(server)["auth"][0].get("degradedReason", ""))
        self.assertEqual(1, degraded())
        replace(self.tokens.revoked, "")
        self.wait_for(lambda: degraded() == 0)
        self.assertNotIn("degradedReason", self.status(server)["auth"][0])


class DegradedInstances(StatusTests):
    """Reports of plugins in the host and in workers."""

    def tell(self, isolation):
        with Server(settings(plugin(hostile("faults"), isolation=isolation), extra=ANY)) as server:
            gauge = 'toolrack_instance_degraded{instance="faults",kind="plugin"}'

            def says(what, expected):
                self.assertEqual("reported", server.call_tool("report_degraded", {"reason": what}).text)
                self.assertEqual(expected, self.status(server)["plugins"][0].get("degradedReason"))
                self.assertEqual(expected is not None, bool(self.metrics(server)[gauge]))

            says("the database is slow", "the database is slow")
            says("a\x1b[2J\nb", "a\\x1b[2J\\x0ab")
            secret = {"reason": "Bearer " + "s3cr3t" * 8}
            self.assertEqual("reported", server.call_tool("report_degraded", secret).text)
            self.assertNotIn("s3cr3t", json.dumps(self.status(server)))
            says("x" * 100_000, "x" * 997 + "...")
            self.assertEqual(200, server.send("GET", "/readyz", token=False).status)
            says("", None)
            says("again", "again")
            yield server, gauge

    # CONTRACT.md, H13.
    def test_in_the_host(self):
        for _ in self.tell("host"):
            pass

    def test_in_a_worker_until_the_worker_ends(self):
        for server, gauge in self.tell("process"):
            server.call_tool("exit", {})
            self.assertEqual("fine", server.call_tool("fine", {}).text)
            self.assertNotIn("degradedReason", self.status(server)["plugins"][0])
            self.assertEqual(0, self.metrics(server)[gauge])


class SecretsInStatus(TokenListTests, StatusTests):
    status = StatusTests.status

    def test_are_not_shown(self):
        right = [self.tokens.new(name) for name in ("ann", "bob", 'q"uote\\', "Ann B.")]
        wrong = ["trk_" + id_of(right[0]) + "_" + "A" * 43 + "_" + "b" * 6, new_token()]
        search = LeakSearch([Canary("token", token, token.split("_")[2] if token.startswith("trk_") else token)
                     for token in right + wrong])
        server = Server(self.tokens.config() + ANY)
        self.addCleanup(server.stop)
        for token in right + wrong:
            server.post(LIST, token=token)
            server.plain("tools/call", {"name": token}, fields={"Authorization": f"Bearer {right[0]}"})
            server.post(rpc(token), token=right[0])
            server.send("GET", "/" + token, token=False)
        replace(self.tokens.list, self.tokens.list.read_text() + f'\n"{right[1]}" = 1\n')
        degraded = 'toolrack_instance_degraded{instance="token-file",kind="auth"}'
        self.wait_for(lambda: self.metrics(server, right[0])[degraded] == 1)
        page = server.send("GET", "/metrics", token=right[0]).body.decode()
        parse_metrics(page)  # also with the oddest of names
        self.assertIn('subject="q\\"uote\\\\"', page)
        for text in (page, json.dumps(self.status(server)), self.status_text(server)):
            self.assertEqual([], search.find_in_text(text, "what operators see"))


class Certificates(CertificateTests):
    def test_have_their_expiry_in_the_status(self):
        certificate, key = self.certificate, self.key
        with Server(settings("echo") + ANY + tls(certificate, key)) as server:
            page = parse_metrics(server.send("GET", "/metrics").body.decode())
            end = page["toolrack_tls_certificate_expiry_timestamp_seconds"]
            self.assertAlmostEqual(time.time() + 2 * 24 * 3600, end, delta=3600)
            done = toolrack("status", "--json", "--config", server.folder / "toolrack.toml")
            written = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end))
            self.assertEqual(written, json.loads(done.stdout)["certificateExpiresAt"])
            self.assertEqual(200, server.send("GET", "/healthz", token=False).status)


class StatusCommand(StatusTests):
    def test_prints_what_is_served_where(self):
        with Server(settings("echo", plugin("time", isolation="host"))) as server:
            server.call_tool("echo", {"text": "hi"})
            status = self.status(server)
            self.assertEqual([f"127.0.0.1:{server.port}"], status["addresses"])
            self.assertEqual(server.pid, status["pid"])
            self.assertTrue(status["ready"])
            self.assertEqual(["echo", "time"], [one["name"] for one in status["plugins"]])
            self.assertEqual(["process", "host"], [one["isolation"] for one in status["plugins"]])
            self.assertEqual([1, 0], [one["calls"] for one in status["plugins"]])
            self.assertEqual("env-token", status["auth"][0]["name"])
            self.assertEqual(1, status["auth"][0]["calls"])
            text = self.status_text(server)
            for words in (f"process {server.pid}", f"127.0.0.1:{server.port}", "serving, 1 call", "env-token", "ready"):
                self.assertIn(words, text)

    def test_reports_that_no_server_runs(self):
        with tempfile.TemporaryDirectory() as folder:
            done = toolrack("status", "--config", pathlib.Path(folder) / "toolrack.toml")
            self.assertEqual(69, done.returncode)
            self.assertIn("No server of this user runs with the configuration", done.stderr)


if __name__ == "__main__":
    unittest.main()
