"""Auth backends that fail in many ways: no call gets past them, and the server keeps running.

A plugin counts the requests that reach it. After all failures, the first admitted call is number 1.
"""

import unittest

from harness import BUILD, Folder, Server, hostile, in_parallel, modern, plugin, rpc, settings, toolrack

QUICK = 1

# Answer of the backend, and status of the request.
WRONG_ANSWERS = {
    # A refusal.
    "unavailable": 503, "no_token": 401, "bad_token": 401, "wrong_audience": 401, "forbidden": 403, "pass": 401,
    "number_77": 503, "number_-1": 503, "null_why": 401, "odd_why": 401,
    # A grant with an invalid principal.
    "null_principal": 503, "short_principal": 503, "zeroed_principal": 503, "empty_principal": 503,
    "empty_subject": 503, "null_subject": 503, "long_subject": 503, "endless_subject": 503, "odd_subject": 503,
    "long_issuer": 503, "odd_issuer": 503, "long_credential": 503, "odd_credential": 503,
    "null_scopes": 503, "empty_scope": 503, "long_scope": 503, "odd_scope": 503, "many_scopes": 503,
    "endless_scopes": 503,
    # An expired grant.
    "expired": 401, "expires_now": 401, "expired_before_1970": 401, "expired_before_time_began": 401,
    # Several answers.
    "grant_twice": 503, "grant_then_refuse": 503, "refuse_then_grant": 503, "refuse_grant_and_refuse": 503,
    "take_all_back_and_grant": 503,
    # An answer to something else.
    "grant_another": 401, "finish_as_call": 401,
    # An unknown command.
    "anything_else": 503,
}

# The same with the SDK, whose handlers can throw.
WRONG_HANDLERS = {"throw": 503, "throw_a_number": 503, "throw_out_of_memory": 503, "throw_an_error_of_the_sdk": 503,
                  "drop": 503, "answer_and_throw": 401, "grant_nobody": 503}

# Backends that cannot be loaded: the server does not start, exit code 78.
NOT_LOADABLE = ("crash-in-constructor", "exit-in-constructor", "crash-in-description", "wrong-entry", "other-major",
            "entry-returns-null", "short-table", "null-create", "bad-description", "complains", "create-null-silent",
            "throws-in-create", "misbehaving")
INVALID_TABLES = ("no_table", "short_table", "null_authenticate", "metadata_garbage", "metadata_odd")


def protected_by(name, **options):
    return settings(plugin(hostile("counting"), scopes=[]), backend=str(hostile(name)), auth={"options": options})


def call(tool="count"):
    return rpc("tools/call", {"name": tool, "arguments": {}})


def all_requests(server, token):
    """Responses to every kind of request, with and without a body."""
    modern_call, fields = modern("tools/call", {"name": "count", "arguments": {}})
    opening = rpc("initialize", {"protocolVersion": "2025-11-25", "capabilities": {},
                                 "clientInfo": {"name": "e2e", "version": "1"}})
    return [
        server.post(call(), token=token),
        server.post(call("count_quickly"), token=token),
        server.post(modern_call, fields, token=token),
        server.post(rpc("prompts/get", {"name": "count"}), token=token),
        server.post(rpc("resources/read", {"uri": "count://it"}), token=token),
        server.post(opening, token=token),
        server.send("GET", fields={"Accept": "text/event-stream", "Mcp-Session-Id": "x"}, token=token),
        server.send("DELETE", fields={"Mcp-Session-Id": "x"}, token=token),
    ]


class Failing(unittest.TestCase):
    def assert_all_refused(self, server, token, status):
        for response in all_requests(server, token):
            self.assertEqual(status, response.status, f"{token}: {response}\n{server.log}")
            self.assertNotIn("result", response.json)
            self.assertNotIn("canary", response.body.decode())
        self.assertTrue(server.is_running(), f"{token}: the server ended:\n{server.log}")
        self.assertNotIn("reached by", server.log, token)

    def assert_first_admitted_call_is_number_1(self, server):
        first = server.post(call(), token="grant_all")
        self.assertEqual("1", first.result["content"][0]["text"])
        server.wait_for_line("reached by count, call number 1")

    def try_all(self, name, answers, **options):
        with Server(protected_by(name, **options)) as server:
            for token, status in answers.items():
                with self.subTest(token, **options):
                    self.assert_all_refused(server, token, status)
            self.assert_first_admitted_call_is_number_1(server)


class Answers(Failing):
    def test_of_a_backend_on_its_own_threads(self):
        self.try_all("odd-backend", WRONG_ANSWERS, does="as_the_token_says")

    def test_of_a_quick_backend(self):
        self.try_all("odd-backend", WRONG_ANSWERS, does="as_the_token_says", traits=QUICK)

    def test_of_a_handler_that_throws(self):
        self.try_all("throwing-backend", WRONG_HANDLERS)


class MissingAnswers(Failing):
    def test_time_out_and_admit_nobody_when_they_arrive_late(self):
        with Server(protected_by("odd-backend", does="as_the_token_says")) as server:
            ways = ("never", "too_late")
            for response in in_parallel(6, lambda n: server.post(call(), token=ways[n % 2])):
                self.assertEqual(503, response.status)
            self.assertNotIn("reached by", server.log)
            self.assert_first_admitted_call_is_number_1(server)
            # The late answers admitted no call: the next one is number 2.
            self.assertEqual("2", server.post(call(), token="grant_all").result["content"][0]["text"])

    def test_of_a_hanging_backend_delay_only_requests_that_need_it(self):
        threads, queue = 4, 64
        with Server(protected_by("odd-backend", does="as_the_token_says")) as server:
            answers = in_parallel(threads + queue + 12, lambda n: server.post(call(), token="hang"))
            self.assertEqual({503}, {response.status for response in answers})
            # All of its threads hang, so a queued check times out.
            self.assertEqual(503, server.post(call(), token="grant_all").status)
            self.assertNotIn("reached by", server.log)
            self.assertEqual(404, server.send("GET", "/elsewhere", token=None).status)
            server.wait_for_line("its lane is full")
            server.wait_for_line("did not answer within 10 s")


class BackendsThatCannotBeLoaded(unittest.TestCase):
    def assert_no_start(self, config, *arguments):
        with Folder(config) as folder:
            done = toolrack("serve", "--config", folder.config, *arguments, token="x" * 40)
        self.assertEqual(78, done.returncode, done)
        self.assertIn("cannot be used", done.stderr)
        self.assertNotIn("serving http", done.stderr)

    def test_prevent_the_start(self):
        for name in NOT_LOADABLE:
            with self.subTest(name):
                self.assert_no_start(protected_by(name))

    def test_with_an_invalid_table_or_metadata_prevent_the_start(self):
        for does in INVALID_TABLES:
            with self.subTest(does):
                self.assert_no_start(protected_by("odd-backend", does=does))

    def test_that_offer_no_authentication_prevent_the_start(self):
        self.assert_no_start(settings(plugin(hostile("counting")), backend=str(BUILD / "lib/toolrack/plugins/echo.so")))

    def test_that_are_missing_or_no_library_prevent_the_start(self):
        self.assert_no_start(settings(plugin(hostile("counting")), backend="/nowhere/backend.so"))
        with Folder("not a library") as folder:
            self.assert_no_start(settings(plugin(hostile("counting")), backend=str(folder.config)))


if __name__ == "__main__":
    unittest.main()
