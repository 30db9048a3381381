"""Auth backends: which requests are accepted, which are refused, and what the error says."""

import signal
import unittest

from harness import Folder, Server, SharedServerTest, new_token, request, rpc, settings

LIST = rpc("tools/list")


class BearerToken(SharedServerTest):
    def authorized(self, authorization, path="/mcp"):
        return self.server.send(path=path, body=LIST,
                                fields={"Authorization": authorization})

    def assert_refused(self, response, status=401):
        self.assertEqual(status, response.status, response)
        self.assertEqual("application/json", response.field("Content-Type"))
        self.assertNotIn("id", response.json)
        self.assertEqual("2.0", response.json["jsonrpc"])
        self.assertNotIn(self.server.token, response.body.decode())

    def challenge(self, response):
        challenges = response.all("WWW-Authenticate")
        self.assertEqual(1, len(challenges), response)
        self.assertRegex(challenges[0], r"^Bearer\b")
        self.assertNotIn("resource_metadata", challenges[0])
        return challenges[0]

    def test_a_valid_one_is_accepted(self):
        self.assertEqual(200, self.server.post(LIST).status)

    def test_the_scheme_may_be_written_in_any_case(self):
        for scheme in ("bearer", "BEARER", "bEaReR"):
            with self.subTest(scheme):
                self.assertEqual(200, self.authorized(f"{scheme} {self.server.token}").status)

    def test_white_space_around_the_value_is_not_part_of_it(self):
        self.assertEqual(200, self.authorized(f"  Bearer {self.server.token} \t").status)

    def test_a_missing_one_gets_a_challenge_without_an_error_and_what_to_send(self):
        response = self.server.post(LIST, token=None)
        self.assert_refused(response)
        self.assertIn("Authorization: Bearer TOKEN", response.sentence)
        self.assertNotIn("error=", self.challenge(response))

    def test_an_unknown_one_gets_invalid_token_and_whom_to_ask(self):
        response = self.server.post(LIST, token=new_token())
        self.assert_refused(response)
        self.assertIn('error="invalid_token"', self.challenge(response))
        self.assertIn("Ask the operator", response.sentence)

    def test_one_that_differs_in_one_character_is_refused(self):
        token = self.server.token
        for almost in (token[:-1], token + "0", token[1:], token.upper(), token[:-1] + "x", token * 2,
                       token + "=", token[: len(token) // 2]):
            with self.subTest(almost):
                self.assert_refused(self.server.post(LIST, token=almost))

    def test_the_basic_scheme_gets_the_scheme_to_use(self):
        response = self.authorized("Basic dXNlcjpwYXNzd29yZA==")
        self.assert_refused(response)
        self.assertIn("Bearer", response.sentence)
        self.challenge(response)

    def test_the_token_in_another_scheme_or_in_none_is_refused(self):
        token = self.server.token
        for value in (f"Token {token}", token, f"Basic {token}", f"Bearer{token}", f"Bearer:{token}",
                      f"Bearer={token}"):
            with self.subTest(value.replace(token, "TOKEN")):
                self.assert_refused(self.authorized(value))

    def test_an_empty_one_gets_a_hint_to_the_variable(self):
        for value in ("Bearer", "Bearer ", "bearer \t "):
            with self.subTest(value):
                response = self.authorized(value)
                self.assert_refused(response)
                self.assertRegex(response.sentence, "(?i)variable")

    def test_an_empty_header_is_refused(self):
        self.assert_refused(self.authorized(""))

    def test_an_unexpanded_variable_is_recognised(self):
        for value in ("${MCP_AUTH_TOKEN}", "$MCP_AUTH_TOKEN", "${env:MCP_AUTH_TOKEN}", "{env:MCP_AUTH_TOKEN}"):
            with self.subTest(value):
                response = self.authorized(f"Bearer {value}")
                self.assert_refused(response)
                self.assertRegex(response.sentence, "(?i)variable")

    def test_a_placeholder_is_recognised(self):
        response = self.authorized("Bearer <your-token>")
        self.assert_refused(response)
        self.assertIn("placeholder", response.sentence)

    def test_quotes_and_spaces_in_it_are_reported(self):
        token = self.server.token
        for value in (f'"{token}"', f"'{token}'", f"{token} {token}", f"{token}, {token}"):
            with self.subTest(value.replace(token, "TOKEN")):
                self.assert_refused(self.authorized(f"Bearer {value}"))

    def test_two_authorization_headers_are_a_bad_request_even_when_both_are_valid(self):
        fields = [*self.server.fields().items(), ("Authorization", f"Bearer {self.server.token}")]
        response = self.server.raw(request("POST", "/mcp", fields, LIST))
        self.assertEqual(400, response.status, response)

    def test_one_of_100_kilobytes_is_answered_with_431(self):
        response = self.authorized("Bearer " + "a" * 100_000)
        self.assertEqual(431, response.status, response)

    def test_in_the_query_it_is_refused_even_with_a_valid_header_and_never_logged(self):
        token = self.server.token
        for path in (f"/mcp?access_token={token}", f"/mcp?a=b&access_token={token}&c=d",
                     f"/mcp?%61ccess_token={token}"):
            for with_header in (True, None):
                with self.subTest(path.replace(token, "TOKEN"), with_header=with_header):
                    response = self.server.send(path=path, body=LIST, token=with_header)
                    self.assert_refused(response, 400)
                    self.assertIn("URL", response.sentence)
        self.assertNotIn(token, self.server.log)

    def test_it_is_ignored_in_other_places(self):
        token = self.server.token
        for fields in ({"X-Api-Key": token}, {"Cookie": f"token={token}"},
                       {"Proxy-Authorization": f"Bearer {token}"}, {"X-Authorization": f"Bearer {token}"}):
            with self.subTest(*fields):
                self.assert_refused(self.server.post(LIST, fields, token=None))

    def test_every_method_needs_it(self):
        for method in ("GET", "POST", "DELETE"):
            with self.subTest(method):
                response = self.server.send(method, token=None)
                self.assertEqual(401, response.status, response)
        for method in ("OPTIONS", "HEAD", "PUT"):  # nobody is served these, so nobody is asked who they are
            with self.subTest(method):
                self.assertEqual(405, self.server.send(method, token=None).status)

    def test_each_request_of_a_connection_is_authenticated(self):
        with self.server.connect() as connection:
            connection.send(self.server.request(body=LIST))
            self.assertEqual(200, connection.read_response().status)
            connection.send(self.server.request(body=LIST, token=None))
            self.assertEqual(401, connection.read_response().status)

    def test_a_refusal_does_not_wait_for_the_body(self):
        with self.server.connect() as connection:
            connection.send(self.server.request(fields={"Content-Length": "1000000"}, token=new_token()))
            self.assertEqual(401, connection.read_response().status)
            self.assertTrue(connection.is_closed())

    def test_a_refusal_can_be_read_by_a_client_that_is_still_sending(self):
        with self.server.connect() as connection:
            connection.send(self.server.request(body=b"x" * 60_000, token=None))
            self.assertEqual(401, connection.read_response().status)

    def test_a_client_that_waits_for_100_continue_is_refused_instead(self):
        with self.server.connect() as connection:
            connection.send(self.server.request(
                fields={"Content-Length": "10", "Expect": "100-continue"}, token=None))
            response = connection.read_response()
            self.assertEqual((401, []), (response.status, response.interim))

    def test_a_refused_client_learns_nothing_about_an_invalid_body(self):
        self.assertEqual(401, self.server.post(b"{", token=None).status)

    def test_refusals_cost_no_descriptors(self):
        self.server.post(LIST)
        before = self.server.open_files()
        for _ in range(200):
            self.assertEqual(401, self.server.post(LIST, token="wrong").status)
        # A few connections may still be on their way out.
        self.assertLess(self.server.open_files(), before + 20)

    def test_a_static_backend_serves_no_oauth_discovery(self):
        for path in ("/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
                     "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"):
            with self.subTest(path):
                response = self.server.send("GET", path, token=None)
                self.assertEqual(404, response.status)
                self.assertEqual("application/json", response.field("Content-Type"))


class TwoTokensInTheVariable(unittest.TestCase):
    def test_both_tokens_of_the_variable_are_accepted(self):
        old, new = new_token(), new_token()
        with Server(settings("echo"), token=f"{old}\n {new}\t") as server:
            self.assertEqual(200, server.post(LIST, token=old).status)
            self.assertEqual(200, server.post(LIST, token=new).status)
            self.assertEqual(401, server.post(LIST, token=new_token()).status)
            self.assertEqual(401, server.post(LIST, token=f"{old} {new}").status)


class TokensInAFile(unittest.TestCase):
    """Or in a credential of systemd's, which is a file that it names: read again on SIGHUP, as a variable cannot be."""

    def rotate(self, tokens, file, **variables):
        old, new = new_token(), new_token()
        file.parent.mkdir(exist_ok=True)
        self.put(file, old)
        with Server(settings("echo", auth={"options": {"tokens": tokens}}), **variables) as server:
            self.assertEqual(401, server.post(LIST).status)  # the variable's does not count beside it
            for text, expected in ((f"{old}\n{new}\n", [200, 200]), (f"{new}\n", [401, 200])):
                self.put(file, text)
                server.signal(signal.SIGHUP)
                server.wait_for_line("configuration reloaded", 3 - sum(status == 200 for status in expected))
                self.assertEqual(expected, [server.post(LIST, token=one).status for one in (old, new)])
            # What cannot be used changes nothing.
            for wrong in ("changeme", ""):
                self.put(file, wrong)
                server.signal(signal.SIGHUP)
                server.wait_for_line("nothing changed", 1 if wrong else 2)
            file.unlink()
            server.signal(signal.SIGHUP)
            server.wait_for_line("nothing changed", 3)
            self.assertEqual(200, server.post(LIST, token=new).status)
            self.assertNotIn(new, server.log)

    @staticmethod
    def put(file, text):
        next = file.with_suffix(".next")
        next.write_text(text)
        next.chmod(0o400)
        next.rename(file)

    def test_rotate_without_a_restart(self):
        with Folder() as folder:
            self.rotate({"file": str(folder.path / "token")}, folder.path / "token")

    def test_rotate_in_a_credential(self):
        with Folder() as folder:
            self.rotate({"credential": "token"}, folder.path / "credentials/token",
                        CREDENTIALS_DIRECTORY=str(folder.path / "credentials"))


class OpenAccess(unittest.TestCase):
    def test_accepts_every_request_with_or_without_a_token(self):
        with Server(settings("echo", backend="open-access"), "--dev") as server:
            self.assertEqual(200, server.post(LIST, token=None).status)
            self.assertEqual(200, server.post(LIST, token=new_token()).status)

    def test_checks_host_and_origin(self):
        with Server(settings("echo", backend="open-access"), "--dev") as server:
            self.assertEqual(403, server.post(LIST, {"Host": "evil.example.com"}, token=None).status)
            self.assertEqual(403, server.post(LIST, {"Origin": "http://evil.example.com"}, token=None).status)

    def test_needs_no_variable(self):
        with Server(settings("echo", backend="open-access"), "--dev", MCP_AUTH_TOKEN="") as server:
            self.assertEqual(200, server.post(LIST, token=None).status)


class AnotherVariable(unittest.TestCase):
    def test_can_be_named_in_the_configuration(self):
        token = new_token()
        with Server(settings("echo", auth={"variable": "OTHER_TOKEN"}), OTHER_TOKEN=token) as server:
            self.assertEqual(200, server.post(LIST, token=token).status)
            self.assertEqual(401, server.post(LIST, token=server.token).status)
