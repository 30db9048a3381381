"""Locks that fail, in every way that somebody thought of: not one call gets past them, and the server lives.

A plugin counts what reaches it. Whatever a lock did before, the first call that a sound answer lets in is number 1.
"""

import unittest

from harness import BUILD, Folder, Server, hostile, in_parallel, modern, plugin, rpc, settings, toolrack

QUICK = 1

# What the lock says to a check, and what comes of it.
WRONG_ANSWERS = {
    # It refuses, in one way or another.
    "unavailable": 503, "no_token": 401, "bad_token": 401, "wrong_audience": 401, "forbidden": 403, "pass": 401,
    "number_77": 503, "number_-1": 503, "null_why": 401, "odd_why": 401,
    # It grants somebody who is not whole.
    "null_principal": 503, "short_principal": 503, "zeroed_principal": 503, "empty_principal": 503,
    "empty_subject": 503, "null_subject": 503, "long_subject": 503, "endless_subject": 503, "odd_subject": 503,
    "long_issuer": 503, "odd_issuer": 503, "long_credential": 503, "odd_credential": 503,
    "null_scopes": 503, "empty_scope": 503, "long_scope": 503, "odd_scope": 503, "many_scopes": 503,
    "endless_scopes": 503,
    # It grants what is over.
    "expired": 401, "expires_now": 401, "expired_before_1970": 401, "expired_before_time_began": 401,
    # It does not know what it wants.
    "grant_twice": 503, "grant_then_refuse": 503, "refuse_then_grant": 503, "refuse_grant_and_refuse": 503,
    "take_all_back_and_grant": 503,
    # It answers another question.
    "grant_another": 401, "finish_as_call": 401,
    # It knows nothing of this.
    "anything_else": 503,
}

# The same with the SDK, from whose handlers exceptions come.
WRONG_HANDLERS = {"throw": 503, "throw_a_number": 503, "throw_out_of_memory": 503, "throw_an_error_of_the_sdk": 503,
                  "drop": 503, "answer_and_throw": 401, "grant_nobody": 503}

# A lock that cannot even be put in place: nothing is served, exit code 78.
NO_LOCKS = ("crash-in-constructor", "exit-in-constructor", "crash-in-description", "wrong-entry", "other-major",
            "entry-returns-null", "short-table", "null-create", "bad-description", "complains", "create-null-silent",
            "throws-in-create", "misbehaving")
NO_TABLES = ("no_table", "short_table", "null_authenticate", "metadata_garbage", "metadata_odd")


def locked_by(name, **options):
    return settings(plugin(hostile("counting"), scopes=[]), backend=str(hostile(name)), auth={"options": options})


def call(tool="count"):
    return rpc("tools/call", {"name": tool, "arguments": {}})


def knocks(server, token):
    """Everything that could reach a plugin, and the ways in that have no body."""
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
    def assert_nobody_came_in(self, server, token, status):
        for response in knocks(server, token):
            self.assertEqual(status, response.status, f"{token}: {response}\n{server.log}")
            self.assertNotIn("result", response.json)
            self.assertNotIn("canary", response.body.decode())
        self.assertTrue(server.is_running(), f"{token}: the server died:\n{server.log}")
        self.assertNotIn("reached by", server.log, token)

    def assert_the_first_call_is_the_first(self, server):
        first = server.post(call(), token="grant_all")
        self.assertEqual("1", first.result["content"][0]["text"])
        server.wait_for_line("reached by count for the time number 1")

    def try_all(self, name, answers, **options):
        with Server(locked_by(name, **options)) as server:
            for token, status in answers.items():
                with self.subTest(token, **options):
                    self.assert_nobody_came_in(server, token, status)
            self.assert_the_first_call_is_the_first(server)


class Answers(Failing):
    def test_of_a_lock_on_a_thread_of_its_own(self):
        self.try_all("odd-backend", WRONG_ANSWERS, does="as_the_token_says")

    def test_of_a_quick_lock(self):
        self.try_all("odd-backend", WRONG_ANSWERS, does="as_the_token_says", traits=QUICK)

    def test_of_a_handler_that_throws(self):
        self.try_all("throwing-lock", WRONG_HANDLERS)


class AnswersThatDoNotCome(Failing):
    def test_are_not_waited_for_and_let_nobody_in_when_they_come(self):
        with Server(locked_by("odd-backend", does="as_the_token_says")) as server:
            ways = ("never", "too_late")
            for response in in_parallel(6, lambda n: server.post(call(), token=ways[n % 2])):
                self.assertEqual(503, response.status)
            self.assertNotIn("reached by", server.log)
            self.assert_the_first_call_is_the_first(server)
            # What comes too late goes nowhere: another second one is number 2.
            self.assertEqual("2", server.post(call(), token="grant_all").result["content"][0]["text"])

    def test_of_a_lock_that_hangs_hold_up_nobody_else_but_its_own_callers(self):
        threads, queue = 4, 64
        with Server(locked_by("odd-backend", does="as_the_token_says")) as server:
            answers = in_parallel(threads + queue + 12, lambda n: server.post(call(), token="hang"))
            self.assertEqual({503}, {response.status for response in answers})
            # All of its threads hang now, so whoever waits in its queue waits in vain, and is told so.
            self.assertEqual(503, server.post(call(), token="grant_all").status)
            self.assertNotIn("reached by", server.log)
            self.assertEqual(404, server.send("GET", "/elsewhere", token=None).status)
            server.wait_for_line("its lane is full")
            server.wait_for_line("did not decide within 10 s")


class LocksThatCannotBePutInPlace(unittest.TestCase):
    def assert_no_start(self, config, *arguments):
        with Folder(config) as folder:
            done = toolrack("serve", "--config", folder.config, *arguments, token="x" * 40)
        self.assertEqual(78, done.returncode, done)
        self.assertIn("cannot be used", done.stderr)
        self.assertNotIn("serving http", done.stderr)

    def test_serve_nothing(self):
        for name in NO_LOCKS:
            with self.subTest(name):
                self.assert_no_start(locked_by(name))

    def test_nor_does_one_whose_table_or_metadata_is_wrong(self):
        for does in NO_TABLES:
            with self.subTest(does):
                self.assert_no_start(locked_by("odd-backend", does=does))

    def test_nor_one_that_is_no_lock(self):
        self.assert_no_start(settings(plugin(hostile("counting")), backend=str(BUILD / "lib/toolrack/plugins/echo.so")))

    def test_nor_one_that_is_not_there_or_is_no_library(self):
        self.assert_no_start(settings(plugin(hostile("counting")), backend="/nowhere/lock.so"))
        with Folder("this is no library") as folder:
            self.assert_no_start(settings(plugin(hostile("counting")), backend=str(folder.config)))


if __name__ == "__main__":
    unittest.main()
