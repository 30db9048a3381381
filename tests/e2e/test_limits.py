"""Rate and concurrency limits of callers, and the limit of invalid tokens."""

import os
import select
import signal
import time
import unittest
import zlib

from harness import (CONFORMANCE_PLUGIN, META, Connection, Server, Session, hostile, in_parallel, modern, new_token,
                     plugin, rpc, settings, toolrack, wait_until)

from test_bounds import HONEST
from test_stdio import StdioClient
from test_token_file import TokenList, id_of

LIST = rpc("tools/list")
WAITING = plugin(hostile("misbehaving"), prefix="mis_")
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def hanging_plugin():
    """A modern call, which ends when its client leaves."""
    return modern("tools/call", {"name": "mis_never_answers", "arguments": {}})


def guessed(token, number):
    """The id of `token`, with another secret, and the check that belongs to it."""
    text = f"trk_{id_of(token)}_{number:043d}_"
    check = zlib.crc32(text.encode())
    letters = ""
    for _ in range(6):
        letters = DIGITS[check % 62] + letters
        check //= 62
    return text + letters


class Limited(unittest.TestCase):
    """A server that knows ann and bob."""

    def setUp(self):
        self.tokens = TokenList()
        self.addCleanup(self.tokens.close)
        self.ann, self.bob = self.tokens.new("ann"), self.tokens.new("bob")
        self.reloads = 0

    def config(self, *plugins, **limits):
        return settings(*(plugins or ("echo",)), backend="token-file", auth={"options": {"path": self.tokens.list}},
                        limits=limits)

    def serve(self, *plugins, more=None, **limits):
        self.server = Server(self.config(*plugins, **limits), token=self.ann, **(more or {}))
        self.addCleanup(self.server.stop)

    def reload(self, text):
        (self.server.folder / "toolrack.toml").write_text(text)
        os.kill(self.server.pid, signal.SIGHUP)
        self.reloads += 1
        self.server.wait_for_line("configuration reloaded", self.reloads)

    def ask(self, token=True, **more):
        return self.server.send(body=LIST, token=token, **more)

    def burst(self, token=True, count=20):
        """The answers to requests that are all sent before the first of them is answered."""
        with self.server.connect() as connection:
            connection.send(count * self.server.request(body=LIST, token=token))
            return [connection.read_response() for _ in range(count)]

    def exhaust(self, token=True):
        """The first refusal. However slow it is here, a burst is faster than one request a second."""
        refused = []
        self.assertTrue(wait_until(lambda: refused.extend(
            answer for answer in self.burst(token) if answer.status != 200) or refused))
        return refused[0]

    def assert_told_to_wait(self, response, words):
        self.assertEqual(429, response.status, response)
        self.assertRegex(response.field("Retry-After"), r"^[1-9]\d*$")
        self.assertEqual(-32603, response.code)
        self.assertRegex(response.sentence, words)
        return int(response.field("Retry-After"))


class RequestRate(Limited):
    def test_a_caller_above_the_rate_gets_retry_after_and_is_served_after_it(self):
        self.serve(rate_per_principal=1, burst="2s")
        answer = self.exhaust()
        seconds = self.assert_told_to_wait(answer, "accepts 1 per second from one caller. Try again in 1 s")
        self.assertEqual({"reason": "rate", "retriable": True},
                         {key: answer.error["data"][key] for key in ("reason", "retriable")})
        self.assertEqual(1, answer.json["id"])
        self.assertLess(0, answer.error["data"]["retryAfterMs"])
        time.sleep(seconds)  # as a client does that believes it
        self.assertEqual(200, self.ask().status)

    def test_other_callers_are_not_limited(self):
        self.serve(rate_per_principal=1, burst="2s")
        self.exhaust()
        self.assertEqual(200, self.ask(self.bob).status)

    def test_another_token_or_session_of_the_principal_does_not_reset_it(self):
        self.serve(rate_per_principal=1, burst="2s")
        second = self.tokens.new("ann")
        self.assertTrue(wait_until(lambda: self.ask(second).status != 401))
        self.assertTrue(wait_until(lambda: self.exhaust() and self.ask(second).status == 429))
        begin = rpc("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}})
        self.assertTrue(wait_until(lambda: self.exhaust() and self.server.post(begin).status == 429))

    def test_applies_to_one_persistent_connection(self):
        self.serve(rate_per_principal=1, burst="2s")
        with self.server.connect() as connection:
            connection.send(50 * self.server.request(body=LIST))
            answers = [connection.read_response() for _ in range(50)]
        self.assertEqual({200, 429}, {answer.status for answer in answers})
        self.assertEqual([None], list({answer.field("Connection") for answer in answers}))

    def test_is_counted_for_each_source(self):
        self.serve(rate_per_source=1, burst="2s", proxies=[])
        self.assert_told_to_wait(self.exhaust(), "from one address")
        # Another principal from the same place, and the same one from elsewhere.
        self.assertTrue(wait_until(lambda: self.exhaust() and self.ask(self.bob).status == 429))
        with Connection(self.server.addresses[0], source="127.0.0.2") as elsewhere:
            elsewhere.send(self.server.request(body=LIST))
            self.assertEqual(200, elsewhere.read_response().status)

    def test_does_not_count_the_address_of_a_proxy(self):
        self.serve(rate_per_source=1, burst="2s")
        self.assertEqual({200}, {answer.status for answer in self.burst(count=100)})
        self.reload(self.config(rate_per_source=1, burst="2s"))
        forwarded = {"X-Forwarded-For": "192.0.2.1", "Forwarded": "for=192.0.2.1"}
        self.assertEqual({200}, {self.ask(fields=forwarded).status for _ in range(20)})

    def test_each_message_of_a_batch_counts(self):
        self.serve(rate_per_principal=1, burst="3s")
        session = Session(self.server, "2025-03-26")
        response = session.post([rpc("ping", id=number) for number in range(100)])
        self.assertEqual(200, response.status, response)
        answers = response.json
        self.assertEqual(list(range(100)), [answer["id"] for answer in answers])
        refused = [answer for answer in answers if "error" in answer]
        self.assertGreater(len(refused), 50)
        self.assertEqual({-32603}, {answer["error"]["code"] for answer in refused})
        self.assertRegex(refused[0]["error"]["message"], "Too many requests: ")

    def test_applies_to_stdio(self):
        with StdioClient(settings("echo", limits={"rate_per_principal": 1, "burst": "1s"})) as pipe:
            pipe.send(b"\n".join([b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}'] * 50))
            answers = [pipe.read() for _ in range(50)]
        self.assertIn("result", answers[0])
        self.assertIn("Too many requests", [one for one in answers if "error" in one][0]["error"]["message"])

    def test_is_changed_by_a_reload(self):
        self.serve()
        self.assertEqual({200}, {answer.status for answer in self.burst(count=100)})
        self.reload(self.config(rate_per_principal=1, burst="1h"))
        self.burst(count=100)
        self.reload(self.config(rate_per_principal=1, burst="1s"))
        self.exhaust()
        self.reload(self.config())
        self.assertEqual({200}, {answer.status for answer in self.burst(count=100)})
        self.assertNotIn("after a restart", self.server.log)


class CallsInFlight(Limited):
    held = None

    def call(self, token=True, name="mis_slow", **arguments):
        return self.server.post(rpc("tools/call", {"name": name, "arguments": arguments or {"ms": 0}}), token=token)

    def hold(self):
        """A connection with a call that never ends; is_full() says when that is under way."""
        return self.hold_with(self.server.request(body=hanging_plugin()[0], fields=hanging_plugin()[1]))

    def hold_with(self, request):
        self.held, self.held_request = self.server.connect(), request
        self.addCleanup(self.held.close)
        self.held.send(request)
        return self.held

    def is_full(self):
        def is_refused():
            # A question of ours may have overtaken the one that is to be held, which was then refused.
            if self.held and select.select([self.held.socket], [], [], 0)[0]:
                self.assertEqual(429, self.held.read_response().status)
                self.held.send(self.held_request)
            return self.call().status == 429

        return wait_until(is_refused)

    def has_capacity(self):
        return wait_until(lambda: self.call().status == 200)

    def test_a_call_above_the_limit_is_refused_until_another_has_ended(self):
        self.serve(WAITING, calls_per_principal=1)
        held = self.hold()
        self.assertTrue(self.is_full())
        answer = self.call()
        self.assert_told_to_wait(answer, "runs at most 1 for one caller")
        self.assertEqual("calls in flight", answer.error["data"]["reason"])
        self.assertEqual(200, self.call(self.bob).status)
        self.assertEqual(200, self.ask().status)
        held.close()
        self.assertTrue(self.has_capacity())

    def test_calls_from_one_source_count_together(self):
        self.serve(WAITING, calls_per_source=1, proxies=[])
        held = self.hold()
        self.assertTrue(self.is_full())
        self.assert_told_to_wait(self.call(self.bob), "runs at most 1 for one address")
        with Connection(self.server.addresses[0], source="127.0.0.2") as elsewhere:
            elsewhere.send(self.server.request(body=rpc("tools/call", {"name": "mis_slow", "arguments": {"ms": 0}})))
            self.assertEqual(200, elsewhere.read_response().status)
        held.close()
        self.assertTrue(self.has_capacity())

    def test_a_call_that_failed_or_timed_out_is_not_counted(self):
        self.serve(plugin(hostile("misbehaving"), prefix="mis_", timeout="100ms"), calls_per_principal=1)
        with self.server.connect() as connection:
            for name in ("throws", "never_answers", "finishes_unknown_outcome", "never_answers", "answers_bad_json",
                         "no_such", "slow"):
                connection.send(self.server.request(body=rpc("tools/call", {"name": "mis_" + name, "arguments": {}})))
                response = connection.read_response()
                self.assertEqual(200, response.status, (name, response))

    def test_a_cancelled_call_is_not_counted(self):
        self.serve(WAITING, calls_per_principal=1)
        session = Session(self.server)
        body = rpc("tools/call", {"name": "mis_never_answers", "arguments": {}}, "mine")
        self.hold_with(self.server.request(body=body, fields=session.fields()))
        self.assertTrue(self.is_full())
        session.post(rpc("notifications/cancelled", {"requestId": "mine"}, None))
        self.assertTrue(self.has_capacity())

    def test_a_task_counts_until_it_has_ended(self):
        self.serve(WAITING, plugin(CONFORMANCE_PLUGIN), calls_per_principal=1)
        meta = {META + "clientCapabilities": {"extensions": {META + "tasks": {}}}}

        def ask(method, **params):
            return self.server.post(*modern(method, params, meta=meta))

        begun = ask("tools/call", name="slow_compute", arguments={"seconds": 600, "label": "it"})
        self.assertEqual("task", begun.result["resultType"])
        self.assert_told_to_wait(self.call(), "runs at most 1 for one caller")
        self.assertEqual(200, ask("tasks/get", taskId=begun.result["taskId"]).status)
        self.assertEqual(200, ask("tasks/cancel", taskId=begun.result["taskId"]).status)
        self.assertTrue(self.has_capacity())

    def test_a_stream_is_not_counted(self):
        self.serve(WAITING, calls_per_principal=1)
        listen = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
        with self.server.stream(*listen) as one, self.server.stream(*listen) as another:
            self.assertIn("acknowledged", one.next()["method"])
            self.assertIn("acknowledged", another.next()["method"])
            self.assertEqual(200, self.call().status)

    def test_concurrent_requests_never_exceed_the_limit(self):
        self.serve(plugin(hostile("rendezvous")), calls_per_principal=8)
        statuses = [response.status for response in in_parallel(
            32, lambda index: self.server.post(rpc("tools/call", {"name": "count", "arguments": {"word": "a"}})))]
        self.assertLessEqual(set(statuses), {200, 429})
        self.assertGreaterEqual(statuses.count(200), 8)
        self.assertEqual(200, self.ask().status)


class Connections(Limited):
    def use(self, connection, token=True):
        connection.send(self.server.request(body=LIST, token=token))
        return connection.read_response()

    def test_are_limited_for_each_principal(self):
        self.serve(connections_per_principal=2)
        with self.server.connect() as first, self.server.connect() as second, self.server.connect() as third:
            self.assertEqual([200, 200], [self.use(one).status for one in (first, second)])
            answer = self.use(third)
            self.assert_told_to_wait(answer, "accepts at most 2 from one caller")
            self.assertEqual("close", answer.field("Connection"))
            with self.server.connect() as of_bob:
                self.assertEqual(200, self.use(of_bob, self.bob).status)
            self.assertEqual([200, 200], [self.use(one).status for one in (first, second)])
            first.close()
            self.assertTrue(wait_until(lambda: self.ask().status == 200))

    def test_are_refused_before_the_body_arrives(self):
        self.serve(connections_per_principal=1)
        with self.server.connect() as first, self.server.connect() as second:
            self.assertEqual(200, self.use(first).status)
            head = self.server.request(body=b"x" * 1000)[:-1000]
            second.send(head)
            self.assertEqual(429, second.read_response().status)

    def test_count_for_the_principal_of_the_last_request(self):
        self.serve(connections_per_principal=1)
        with self.server.connect() as first, self.server.connect() as second:
            self.assertEqual(200, self.use(first).status)
            self.assertEqual(200, self.use(first, self.bob).status)
            self.assertEqual(200, self.use(second).status)
            self.assertEqual(429, self.use(first).status)

    def test_without_a_token_count_for_no_principal(self):
        self.serve(connections_per_principal=1)
        idle = [self.server.connect() for _ in range(5)]
        self.assertEqual(200, self.ask().status)
        for one in idle:
            one.close()


class InvalidTokens(Limited):
    def attempt(self, connection, token, count):
        """So many attempts, on a connection that stays because none of them has a body."""
        fields = {"Content-Type": None, "Accept": "text/event-stream"}
        connection.send(count * self.server.request("GET", fields=fields, token=token))
        return [connection.read_response() for _ in range(count)]

    def test_many_of_them_get_429_with_retry_after(self):
        self.serve(failures_per_minute=60, proxies=[])
        with self.server.connect() as connection:
            answers = self.attempt(connection, new_token(), 200)
            self.assertEqual({401, 429}, {answer.status for answer in answers})
            self.assertEqual({401}, {answer.status for answer in answers[:60]})
            last = answers[-1]
            self.assertEqual(429, last.status)
            self.assertEqual("1", last.field("Retry-After"))
            self.assertRegex(last.sentence, "too many invalid tokens before it.*wait")
            self.assertIn('error="invalid_token"', last.field("WWW-Authenticate"))
            time.sleep(1)  # as a client does that believes it
            self.assertEqual(401, self.attempt(connection, new_token(), 1)[0].status)
        with Connection(self.server.addresses[0], source="127.0.0.2") as elsewhere:
            self.assertEqual(401, self.attempt(elsewhere, new_token(), 1)[0].status)

    def test_ten_thousand_of_them_do_not_affect_a_valid_token_from_the_same_address(self):
        self.serve(failures_per_minute=1, proxies=[])
        seen = set()
        with self.server.connect() as guessing, self.server.connect() as honest:
            for _ in range(100):
                seen |= {answer.status for answer in self.attempt(guessing, new_token(), 50)}
                seen |= {answer.status for answer in self.attempt(guessing, guessed(self.ann, 7), 50)}
                honest.send(self.server.request(body=LIST))
                self.assertEqual(200, honest.read_response().status)
        self.assertEqual({401, 429}, seen)

    def test_guesses_at_one_token_id_are_counted_for_all_addresses(self):
        self.serve(failures_per_minute=5)  # this machine may be a proxy, and has no count of its own
        with self.server.connect() as connection:
            statuses = [self.attempt(connection, guessed(self.ann, number), 1)[0].status for number in range(50)]
            self.assertEqual([401] * 5, statuses[:5])
            self.assertIn(429, statuses)
            self.assertEqual({401}, {answer.status for answer in self.attempt(connection, guessed(self.bob, 1), 3)})
            self.assertEqual({401}, {answer.status for answer in self.attempt(connection, new_token(), 50)})
        self.assertEqual(200, self.ask().status)

    def test_a_malformed_or_missing_token_is_not_counted(self):
        self.serve(failures_per_minute=1, proxies=[])
        with self.server.connect() as connection:
            for token in (self.ann[:-1] + ("a" if self.ann[-1] != "a" else "b"), self.ann[:40], "${TOKEN}", None):
                self.assertEqual({401}, {answer.status for answer in self.attempt(connection, token, 20)}, token)

    def test_take_a_bounded_amount_of_memory(self):
        self.serve(failures_per_minute=1, proxies=[], more=HONEST)

        def guess_at_ids_of_which_each_is_another(begin, end):
            with self.server.connect() as connection:
                for number in range(begin, end, 100):
                    connection.send(b"".join(
                        self.server.request("GET", fields={"Content-Type": None}, token=guessed(f"trk_{id:012d}_", 1))
                        for id in range(number, number + 100)))
                    for _ in range(100):
                        self.assertIn(connection.read_response().status, (401, 429))

        guess_at_ids_of_which_each_is_another(0, 4000)
        before = self.server.memory()
        guess_at_ids_of_which_each_is_another(4000, 8000)
        guess_at_ids_of_which_each_is_another(8000, 12_000)
        self.assertLess(self.server.memory() - before, 4)


class LimitsConfiguration(unittest.TestCase):
    def test_out_of_range_is_refused_with_its_place(self):
        for line, words in (("rate_per_principal = 0", "an integer from 1 to 1000000, found 0"),
                            ("calls_per_source = -1", "an integer from 1 to 1000000, found -1"),
                            ('burst = "2h"', "is too long"),
                            ('proxies = ["everybody"]', "is not a network")):
            with self.subTest(line), Server(settings("echo")) as server:
                config = server.folder / "limits.toml"
                config.write_text(settings("echo") + f"[limits]\n{line}\n")
                done = toolrack("check", "--config", config, token=new_token())
                self.assertEqual(78, done.returncode, done)
                self.assertRegex(done.stderr, rf"limits\.toml:\d+:\d+: limits\.{line.split()[0]}.*{words}")


if __name__ == "__main__":
    unittest.main()
