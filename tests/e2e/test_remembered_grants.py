"""A slow auth backend that allows the server to remember its grants. (CONTRACT.md, A5)"""

import itertools
import os
import signal
import time
import unittest

from harness import Server, hostile, in_parallel, modern, rpc, settings, table, wait_until

CALL = rpc("tools/call", {"name": "echo", "arguments": {"text": "hello"}})


def slow(limits=None, **options):
    return settings("echo", backend=str(hostile("slow-backend")), auth={"options": options}, limits=limits,
                    extra=table("[metrics]", {"scopes": []}))


class RememberedGrants(unittest.TestCase):
    last = itertools.count()

    def asked(self, server, credential):
        """How often the backend was asked about a credential. The log is complete up to the line of the last request."""
        last = f"last-{next(self.last)}"
        server.post(CALL, token=f"grant-{last}")
        server.wait_for_line(f"asked about {last} by ")
        return server.log.count(f"asked about {credential} by ")

    def assert_admitted(self, server, token):
        self.assertEqual(200, server.post(CALL, token=token).status, server.log)

    def reload(self, server, config, count):
        (server.folder / "toolrack.toml").write_text(config)
        os.kill(server.pid, signal.SIGHUP)
        server.wait_for_line("configuration reloaded", count)

    def test_a_second_request_does_not_wait_for_the_backend(self):
        with Server(slow(keep=600, delay_ms=1000)) as server:
            self.assert_admitted(server, "grant-1")
            started = time.monotonic()
            for _ in range(5):
                self.assert_admitted(server, "grant-1")
            self.assertLess(time.monotonic() - started, 1)
            self.assert_admitted(server, "grant-2")
            page = server.send("GET", "/metrics", token="grant-1").body.decode()
            self.assertRegex(page, r'toolrack_auth_decisions_total\{backend="[^"]+",result="granted"\} 2\n')
            self.assertRegex(page, r'toolrack_auth_decisions_total\{backend="[^"]+",result="remembered"\} 6\n')
            self.assertIn("toolrack_auth_remembered_grants 2\n", page)
            self.assertEqual(1, self.asked(server, "1"))
            self.assertEqual(1, self.asked(server, "2"))

    def test_a_grant_is_forgotten_after_its_time_to_keep_and_after_its_expiry(self):
        for options in ({"keep": 1}, {"keep": 600, "expires_in": 3}):
            with self.subTest(options), Server(slow(**options)) as server:
                def is_asked_again():
                    self.assert_admitted(server, "grant-1")
                    return self.asked(server, "1") == 2
                self.assert_admitted(server, "grant-1")
                self.assertTrue(wait_until(is_asked_again))

    def test_a_revoked_credential_is_refused_at_once_on_every_thread_and_its_streams_are_closed(self):
        with Server(slow(keep=600)) as server:
            in_parallel(16, lambda n: self.assert_admitted(server, "grant-1"))
            self.assert_admitted(server, "grant-2")
            before = self.asked(server, "1")
            body, fields = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
            with server.stream(body, fields | {"Accept": "text/event-stream"}, token="grant-1") as stream:
                self.assertIn("acknowledged", stream.next()["method"])
                self.assertEqual(401, server.post(CALL, token="revoke-1").status)
                started = time.monotonic()
                self.assertEqual(401, server.post(CALL, token="grant-1").status)
                self.assertLess(time.monotonic() - started, 0.5)
                for response in in_parallel(16, lambda n: server.post(CALL, token="grant-1")):
                    self.assertEqual(401, response.status)
                self.assertEqual([], list(stream))
            self.assertGreater(self.asked(server, "1"), before + 16)
            self.assert_admitted(server, "grant-2")
            self.assertEqual(1, self.asked(server, "2"))

    def test_a_reload_keeps_the_grants_of_an_unchanged_backend_and_drops_those_of_a_changed_one(self):
        with Server(slow(keep=600)) as server:
            self.assert_admitted(server, "grant-1")
            self.reload(server, slow(keep=600) + "\n# a comment\n", 1)
            self.assert_admitted(server, "grant-1")
            self.assertEqual(1, self.asked(server, "1"))
            self.reload(server, slow(keep=601), 2)
            self.assert_admitted(server, "grant-1")
            self.assertEqual(2, self.asked(server, "1"))

    def test_each_remembered_request_counts_against_the_rate(self):
        with Server(slow({"rate_per_principal": 1, "burst": "3s"}, keep=600)) as server:
            statuses = [server.post(CALL, token="grant-1").status for _ in range(10)]
            self.assertEqual(1, self.asked(server, "1"))
            self.assertIn(429, statuses)

    def test_the_token_is_not_logged(self):
        with Server(slow(keep=600)) as server:
            self.assert_admitted(server, "grant-canary")
            self.assert_admitted(server, "grant-canary")
            self.assertNotIn("grant-canary", server.log)


if __name__ == "__main__":
    unittest.main()
