"""HTTP: the checks of a request before authentication.

A valid request with another id follows each malformed one on the same connection. A response to it would mean that the
server and a proxy can disagree about the end of the first request (request smuggling).
"""

import json
import socket
import struct
import time
import unittest
from random import Random

from harness import (MODERN, TIMEOUT, Closed, Folder, Server, SharedServerTest, hostile, modern, plugin, request, rpc,
                     settings, wait_until)

LIST = json.dumps(rpc("tools/list")).encode()
SMUGGLED = json.dumps(rpc("tools/list", id="smuggled")).encode()


class HttpTests(SharedServerTest):
    """Ways to send one odd request, and what must come back."""

    def good(self, body=LIST):
        return self.server.request(body=body)

    def fields(self, *more, without=(), **changes):
        usual = {name: text for name, text in self.server.fields(changes).items() if name not in without}
        return [*usual.items(), *more]

    def answers(self, data, method="POST"):
        """Every response that `data` and then a good request get on one connection."""
        found = []
        with self.server.connect() as connection:
            connection.send(data)
            connection.send(self.good(SMUGGLED))
            connection.socket.shutdown(socket.SHUT_WR)
            try:
                while True:
                    found.append(connection.read_response(method))
            except Closed:
                pass
        return found

    def assert_refused(self, data, *statuses, method="POST"):
        found = self.answers(data, method)
        self.assertEqual(1, len(found), f"{data[:400]!r} got {found}")
        self.assertIn(found[0].status, statuses or (400,), f"{data[:400]!r} got {found}")
        if method != "HEAD":
            self.assertIn("error", found[0].json, found)
            self.assertNotIn("id", found[0].json, found)
        self.assertEqual("close", (found[0].field("Connection") or "").lower(), found)
        self.assert_serves()
        return found[0]

    def assert_accepted(self, data):
        response = self.server.raw(data)
        self.assertEqual(200, response.status, f"{data[:400]!r} got {response}")
        self.assertIn("tools", response.result)
        return response


class Framing(HttpTests):
    def chunked(self, body, *more, coding="chunked", **changes):
        return request("POST", "/mcp", self.fields(("Transfer-Encoding", coding), *more, **changes), body)

    def test_a_chunked_body_is_read(self):
        size = f"{len(LIST):x}".encode()
        for body in (size + b"\r\n" + LIST + b"\r\n0\r\n\r\n",
                     size.upper() + b"\r\n" + LIST + b"\r\n0\r\n\r\n",
                     b"000" + size + b"\r\n" + LIST + b"\r\n000\r\n\r\n",
                     b"".join(b"1\r\n" + LIST[i:i + 1] + b"\r\n" for i in range(len(LIST))) + b"0\r\n\r\n"):
            with self.subTest(body[:20]):
                self.assert_accepted(self.chunked(body))

    def test_the_coding_may_be_written_in_any_case(self):
        self.assert_accepted(self.chunked(b"%x\r\n%s\r\n0\r\n\r\n" % (len(LIST), LIST), coding="CHUNKED"))

    def test_any_other_transfer_coding_is_refused(self):
        whole = b"%x\r\n%s\r\n0\r\n\r\n" % (len(LIST), LIST)
        for coding in ("xchunked", "gzip", '"chunked"', "chunked, identity", "chunked, chunked", "identity",
                       "gzip, chunked", "chunked;foo", "chunked,", ",chunked", "", "chun ked", "chunked\x0b",
                       "\x0bchunked", "chunked\x00", "cow", "chunked\tx"):
            with self.subTest(coding):
                self.assert_refused(self.chunked(whole, coding=coding))

    def test_two_transfer_encodings_are_refused(self):
        whole = b"%x\r\n%s\r\n0\r\n\r\n" % (len(LIST), LIST)
        for second in ("chunked", "identity", "x"):
            with self.subTest(second):
                self.assert_refused(self.chunked(whole, ("Transfer-Encoding", second)))

    def test_a_folded_transfer_encoding_is_refused(self):
        self.assert_refused(self.chunked(b"0\r\n\r\n", coding="\r\n chunked"))

    def test_transfer_encoding_beside_content_length_is_refused(self):
        whole = b"%x\r\n%s\r\n0\r\n\r\n" % (len(LIST), LIST)
        for length in (len(LIST), len(whole), 0):
            for coding in ("chunked", "identity"):
                with self.subTest(length=length, coding=coding):
                    self.assert_refused(self.chunked(whole, ("Content-Length", str(length)), coding=coding))

    def test_transfer_encoding_in_http_1_0_is_refused(self):
        data = self.chunked(b"%x\r\n%s\r\n0\r\n\r\n" % (len(LIST), LIST))
        self.assert_refused(data.replace(b"HTTP/1.1", b"HTTP/1.0", 1))

    def test_any_content_length_that_is_not_one_plain_number_is_refused(self):
        for length in ("+%d", "-%d", " +%d", "0x%x", "%d,%d", "%d, %d", "", "%d.0", "1e2", "%d;", "%d%%",
                       "99999999999999999999", "18446744073709551616", "18446744073709551615", "%d 1",
                       "\x0b%d"):
            text = length.replace("%d", str(len(LIST))).replace("%x", f"{len(LIST):x}").replace("%%", "%")
            with self.subTest(text):
                self.assert_refused(request("POST", "/mcp", self.fields(("Content-Length", text)), LIST),
                                    400, 413)

    def test_two_content_lengths_are_refused_even_when_equal(self):
        for second in (len(LIST), len(LIST) + 1):
            with self.subTest(second):
                self.assert_refused(request(
                    "POST", "/mcp",
                    self.fields(("Content-Length", str(len(LIST))), ("Content-Length", str(second))), LIST))

    def test_a_malformed_chunk_is_refused(self):
        for body in (b"g\r\n", b"-1\r\n", b"+1\r\na\r\n0\r\n\r\n", b"0x1\r\na\r\n0\r\n\r\n", b"\r\n",
                     b" 1\r\na\r\n0\r\n\r\n", b"1 \r\na\r\n0\r\n\r\n", b"1\ra\r\n0\r\n\r\n", b"1\na\r\n0\r\n\r\n",
                     b"1\r\nab\r\n0\r\n\r\n", b"1\r\naxx0\r\n\r\n", b"1\r\na\n0\r\n\r\n", b"\xff\r\n"):
            with self.subTest(body):
                self.assert_refused(self.chunked(body))

    def test_a_chunk_size_of_more_than_16_digits_is_refused(self):
        for size in (b"1" * 17, b"0" * 17 + b"1", b"f" * 16, b"0" * 4000):
            with self.subTest(size[:24]):
                self.assert_refused(self.chunked(size + b"\r\n" + LIST + b"\r\n0\r\n\r\n"), 400, 413)

    def test_a_chunk_extension_is_refused(self):
        for extension in (b";a=b", b";", b" ;a", b";" + b"x" * 50_000):
            with self.subTest(extension[:10]):
                self.assert_refused(self.chunked(
                    b"%x%s\r\n%s\r\n0\r\n\r\n" % (len(LIST), extension, LIST)), 400, 413)

    def test_a_trailer_is_refused(self):
        whole = b"%x\r\n%s\r\n0\r\n" % (len(LIST), LIST)
        for trailer in (b"X: y\r\n\r\n", b"Authorization: Bearer good\r\nOrigin: http://localhost\r\n\r\n",
                        b"X: " + b"y" * 50_000 + b"\r\n\r\n"):
            with self.subTest(trailer[:20]):
                self.assert_refused(self.chunked(whole + trailer))

    def test_a_trailer_never_authorizes(self):
        fields = [("Host", self.server.authority), ("Content-Type", "application/json"),
                  ("Transfer-Encoding", "chunked")]
        body = b"%x\r\n%s\r\n0\r\nAuthorization: Bearer %s\r\n\r\n" % (
            len(LIST), LIST, self.server.token.encode())
        self.assert_refused(request("POST", "/mcp", fields, body), 400, 401)

    def test_a_content_encoding_is_refused(self):
        for coding in ("gzip", "identity", "br", ""):
            with self.subTest(coding):
                self.assert_refused(request("POST", "/mcp", self.fields(("Content-Encoding", coding)), LIST),
                                    400, 415)

    def test_an_upgrade_is_refused(self):
        for more in ([("Upgrade", "h2c"), ("Connection", "Upgrade, HTTP2-Settings"), ("HTTP2-Settings", "x")],
                     [("Upgrade", "websocket"), ("Connection", "Upgrade")]):
            with self.subTest(more[0][1]):
                self.assert_refused(request("POST", "/mcp", self.fields(*more), LIST))


class Heads(HttpTests):
    def test_an_invalid_request_line_is_refused(self):
        good = self.good()
        for line in (b"POST  /mcp HTTP/1.1", b"POST /mcp  HTTP/1.1", b"POST /mcp", b"POST /mcp HTTP/2.0",
                     b"POST /mcp HTTP/1.2", b"POST /mcp http/1.1", b"POST /mcp HTTP/1.1 ", b"POST /mcp HTTP/11",
                     b"P\xd6ST /mcp HTTP/1.1", b"POST\t/mcp\tHTTP/1.1", b"POST ! HTTP/1.1", b"POST mcp HTTP/1.1",
                     b"POST * HTTP/1.1", b" POST /mcp HTTP/1.1", b"POST /mcp HTTP/1.1\rX: y"):
            with self.subTest(line):
                self.assert_refused(good.replace(b"POST /mcp HTTP/1.1", line, 1), 400, 404, 405, 501, 505)

    def test_control_and_foreign_characters_in_the_target_are_refused(self):
        for target in ("/mcp\x01", "/mcp\x7f", "/m\xe9cp", "/mcp\x00", "/mcp?a=\x1f", "/mcp\x0bx"):
            with self.subTest(target):
                self.assert_refused(request("POST", target, self.fields(), LIST))

    def test_a_line_that_ends_in_lf_alone_is_refused(self):
        self.assert_refused(self.good().replace(b"\r\n", b"\n"))
        self.assert_refused(self.good().replace(b"application/json\r\n", b"application/json\n", 1))

    def test_a_malformed_field_is_refused(self):
        for line in (b"X : y", b" X: y", b": y", b"X", b"X\x00: y", b"X: y\x00z", b"X: y\rz", b"X(: y",
                     b"X: y\x7f", b"\xe9: y", b"X: y\x01"):
            with self.subTest(line):
                self.assert_refused(self.good().replace(b"\r\n", b"\r\n" + line + b"\r\n", 1))

    def test_a_folded_line_is_refused(self):
        self.assert_refused(self.good().replace(b"\r\n", b"\r\nX: y\r\n z\r\n", 1))
        self.assert_refused(self.good().replace(b"\r\n", b"\r\nX: y\r\n\tz\r\n", 1))

    def test_a_singleton_field_occurs_once(self):
        for name, text in (("Origin", f"http://{self.server.authority}"), ("Content-Type", "application/json"),
                           ("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tools/list"), ("Mcp-Name", "echo"),
                           ("Mcp-Session-Id", "x"), ("Host", self.server.authority),
                           ("Authorization", f"Bearer {self.server.token}")):
            fields = [field for field in self.fields() if field[0] != name]
            with self.subTest(name):
                self.assert_refused(request("POST", "/mcp", [*fields, (name, text), (name.lower(), text)], LIST))

    def test_a_field_name_with_an_underscore_is_refused(self):
        for name in ("Content_Length", "Transfer_Encoding", "Mcp_Session_Id", "Mcp_Method",
                     "MCP_Protocol_Version", "Content_Type"):
            with self.subTest(name):
                self.assert_refused(request("POST", "/mcp", self.fields((name, "1")), LIST))

    def test_exactly_one_valid_host_is_required(self):
        self.assert_refused(request("POST", "/mcp", self.fields(without=("Host",)), LIST))
        port = self.server.port
        for host in ("", " ", f"user@localhost:{port}", f"localhost:{port}/x", f"localhost:{port},localhost:{port}",
                     f"local host:{port}", "localhost:", "localhost:99999", "localhost:x", f"[::1:{port}",
                     f"localhost:{port}#x", f"http://localhost:{port}"):
            with self.subTest(host):
                self.assert_refused(request("POST", "/mcp", self.fields(Host=host), LIST), 400, 403)

    def test_an_absolute_target_must_name_the_host_that_the_header_names(self):
        for target in ("http://evil.example.com/mcp", f"http://localhost:{self.server.port + 1}/mcp"):
            with self.subTest(target):
                self.assert_refused(request("POST", target, self.fields(), LIST), 400, 403)
        self.assert_accepted(request("POST", self.server.url, self.fields(), LIST))

    def test_the_head_has_at_most_100_fields(self):
        many = [(f"X-{number}", "y") for number in range(120)]
        self.assert_refused(request("POST", "/mcp", self.fields(*many), LIST), 400, 431)

    def test_the_head_has_at_most_16_kilobytes(self):
        self.assert_refused(request("POST", "/mcp", self.fields(("X", "y" * 17_000)), LIST), 431)
        self.assert_refused(request("POST", "/mcp?" + "y" * 17_000, self.fields(), LIST), 400, 414, 431)
        self.assert_accepted(request("POST", "/mcp", self.fields(("X", "y" * 10_000)), LIST))

    def test_an_unsupported_method_is_refused(self):
        for method in ("PUT", "PATCH", "TRACE", "CONNECT", "PROPFIND", "post", "FOO"):
            with self.subTest(method):
                self.assert_refused(request(method, "/mcp", self.fields(), LIST), 400, 405, 501)

    def test_an_expectation_other_than_100_continue_is_refused(self):
        self.assert_refused(request("POST", "/mcp", self.fields(("Expect", "a-miracle")), LIST), 400, 417)

    def test_other_protocols_are_refused(self):
        hello = bytes.fromhex("16030100c8010000c403035b") + b"\x00" * 180
        for data in (hello, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n\r\n", b"\x00" * 64,
                     b"GET /mcp\r\n\r\n"):
            with self.subTest(data[:10]):
                with self.server.connect() as connection:
                    connection.send(data)
                    connection.socket.shutdown(socket.SHUT_WR)
                    self.assertNotRegex(connection.read_to_end(), rb"^HTTP/1.1 2")
        self.assert_serves()


class HostCheck(HttpTests):
    def ask(self, **fields):
        return self.server.send(body=LIST, fields=fields)

    def test_own_ones_are_accepted(self):
        port = self.server.port
        for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"LocalHost:{port}"):
            with self.subTest(host):
                self.assertEqual(200, self.ask(Host=host).status)

    def test_foreign_ones_are_refused_before_authentication(self):
        port = self.server.port
        for host in ("evil.example.com", f"evil.example.com:{port}", f"127.0.0.1.evil.com:{port}",
                     f"localhost.evil.com:{port}", f"evil-localhost:{port}", "localhost:1", "localhost",
                     f"127.0.0.2:{port}", f"0.0.0.0:{port}", f"2130706433:{port}", f"0177.0.0.1:{port}",
                     f"[::ffff:127.0.0.1]:{port}"):
            for token in (True, None):
                with self.subTest(host, token=token):
                    response = self.server.send(body=LIST, fields={"Host": host}, token=token)
                    self.assertEqual(403, response.status, response)
                    self.assertNotIn("id", response.json)
                    self.assertIn("Host", response.sentence)

    def test_forwarded_fields_do_not_replace_the_host(self):
        mine = self.server.authority
        for name in ("X-Forwarded-Host", "X-Original-Host", "X-Host"):
            with self.subTest(name):
                self.assertEqual(403, self.ask(Host="evil.example.com", **{name: mine}).status)
        self.assertEqual(403, self.ask(Host="evil.example.com", Forwarded=f"host={mine}").status)

    def test_it_protects_every_path(self):
        for path in ("/", "/health", "/.well-known/oauth-protected-resource"):
            with self.subTest(path):
                self.assertEqual(403, self.server.send("GET", path, fields={"Host": "evil.example.com"}).status)


class OriginCheck(HttpTests):
    def ask(self, origin, **fields):
        return self.server.send(body=LIST, fields={"Origin": origin} | fields)

    def test_own_ones_are_accepted(self):
        port = self.server.port
        for origin in (f"http://localhost:{port}", f"http://127.0.0.1:{port}", f"HTTP://LOCALHOST:{port}"):
            with self.subTest(origin):
                self.assertEqual(200, self.ask(origin).status)

    def test_foreign_ones_are_refused_before_authentication(self):
        port = self.server.port
        for origin in ("http://evil.example.com", "null", "", "http://localhost:1", f"https://localhost:{port}",
                       f"http://localhost:{port}.evil.com", f"http://localhost:{port}@evil.com",
                       f"http://evil.com/http://localhost:{port}", f"http://localhost:{port}/",
                       f"file://localhost:{port}", f"http://localhost.evil.com:{port}", f"localhost:{port}"):
            for token in (True, None):
                with self.subTest(origin, token=token):
                    response = self.server.send(body=LIST, fields={"Origin": origin}, token=token)
                    self.assertEqual(403, response.status, response)
                    self.assertNotIn("id", response.json)
                    self.assertIn("Origin", response.sentence)

    def test_a_cross_site_request_is_refused_without_origin_too(self):
        self.assertEqual(403, self.server.send(body=LIST, fields={"Sec-Fetch-Site": "cross-site"}).status)

    def test_no_response_permits_other_origins(self):
        for response in (self.ask("http://evil.example.com"), self.server.send(body=LIST),
                         self.ask(f"http://{self.server.authority}"),
                         self.server.send("OPTIONS", fields={"Origin": f"http://{self.server.authority}",
                                                             "Access-Control-Request-Method": "POST"})):
            self.assertEqual([], [name for name, _ in response.fields if name.lower().startswith("access-control")])


class AllowLists(unittest.TestCase):
    def test_a_configured_origin_and_host_are_served(self):
        with Server(settings("echo", server={"allowed_origins": ["https://app.example.com"],
                                             "allowed_hosts": ["tools.example.com"]})) as server:
            self.assertEqual(200, server.send(body=LIST, fields={
                "Origin": "https://app.example.com", "Host": "tools.example.com"}).status)
            self.assertEqual(403, server.send(body=LIST, fields={
                "Origin": "https://other.example.com", "Host": "tools.example.com"}).status)

    def test_an_empty_list_of_origins_allows_none(self):
        with Server(settings("echo", server={"allowed_origins": []})) as server:
            self.assertEqual(200, server.send(body=LIST).status)
            self.assertEqual(403, server.send(
                body=LIST, fields={"Origin": f"http://{server.authority}"}).status)

    def test_an_empty_list_of_hosts_allows_none(self):
        with Server(settings("echo", server={"allowed_hosts": []})) as server:
            self.assertEqual(403, server.send(body=LIST).status)

    def test_the_public_url_is_allowed(self):
        with Server(settings("echo", server={"public_url": "https://tools.example.com/mcp"})) as server:
            self.assertEqual(200, server.send(body=LIST, fields={
                "Host": "tools.example.com", "Origin": "https://tools.example.com"}).status)


class Bodies(HttpTests):
    config = settings("echo", limits={"body": 65536})

    def test_the_json_type_is_accepted_in_any_spelling(self):
        for kind in ("application/json", "Application/JSON", "application/json; charset=utf-8",
                     "application/json;charset=UTF-8"):
            with self.subTest(kind):
                self.assertEqual(200, self.server.send(body=LIST, fields={"Content-Type": kind}).status)

    def test_any_other_type_is_refused(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                     "application/jsonp", "application/json-rpc", "text/json", "", "application/json, text/plain",
                     "text/plain; application/json", None):
            with self.subTest(kind):
                response = self.server.send(body=LIST, fields={"Content-Type": kind})
                self.assertEqual(415, response.status, response)
                self.assertIn("application/json", response.sentence)

    def test_an_unacceptable_response_type_is_refused_before_the_call(self):
        for accept in ("text/html", "image/*", "application/json;q=0", "application/xml, text/plain"):
            with self.subTest(accept):
                self.assertEqual(406, self.server.send(body=LIST, fields={"Accept": accept}).status)
        for accept in ("*/*", "application/json", "application/*", "text/html, */*;q=0.1",
                       "text/event-stream, application/json"):
            with self.subTest(accept):
                self.assertEqual(200, self.server.send(body=LIST, fields={"Accept": accept}).status)

    def test_a_too_large_content_length_is_refused_before_the_body_is_read(self):
        with self.server.connect() as connection:
            connection.send(self.server.request(fields={"Content-Length": "65537"}))
            response = connection.read_response()
            self.assertEqual(413, response.status, response)
            self.assertIn("limits.body", response.sentence)

    def test_a_too_large_body_gets_413_instead_of_100_continue(self):
        with self.server.connect() as connection:
            connection.send(self.server.request(fields={"Content-Length": "65537", "Expect": "100-continue"}))
            response = connection.read_response()
            self.assertEqual((413, []), (response.status, response.interim))

    def test_one_that_grows_too_large_in_chunks_is_refused(self):
        with self.server.connect() as connection:
            connection.send(self.server.request(fields={"Transfer-Encoding": "chunked"}, body=b"8000\r\n"))
            for _ in range(4):
                connection.send(b" " * 0x8000 + b"\r\n8000\r\n")
            self.assertEqual(413, connection.read_response().status)

    def test_one_of_exactly_the_limit_is_read(self):
        body = LIST + b" " * (65536 - len(LIST))
        self.assertEqual(200, self.server.send(body=body).status)
        self.assertEqual(413, self.server.send(body=body + b" ").status)

    def test_100_continue_is_sent_after_authentication(self):
        with self.server.connect() as connection:
            connection.send(self.server.request(
                fields={"Content-Length": str(len(LIST)), "Expect": "100-continue"}))
            self.assertEqual((100, []), connection.read_head())
            connection.send(LIST)
            self.assertEqual(200, connection.read_response().status)

    def test_an_empty_body_is_an_error(self):
        self.assertEqual(400, self.server.send(body=b"").status)

    def test_one_that_arrives_byte_by_byte_is_read(self):
        with self.server.connect() as connection:
            for byte in self.good():
                connection.send(bytes([byte]))
            self.assertEqual(200, connection.read_response().status)


class Routes(HttpTests):
    def test_an_unknown_path_gets_404_in_json_without_authentication(self):
        for path in ("/", "/mcp/", "/MCP", "/mcp/x", "//mcp", "/mcp%2f", "/%6dcp", "/mcp/../mcp", "/./mcp", "/health",
                     "/metrics", "/favicon.ico", "/mcp;x", "/sse", "/messages"):
            for method in ("GET", "POST"):
                with self.subTest(path, method=method):
                    response = self.server.send(method, path, body=LIST if method == "POST" else b"", token=None)
                    self.assertEqual(404, response.status, response)
                    self.assertEqual("application/json", response.field("Content-Type"))
                    self.assertIn("error", response.json)

    def test_a_query_does_not_change_the_path(self):
        self.assertEqual(200, self.server.send(path="/mcp?client=x", body=LIST).status)

    def test_a_method_that_is_not_allowed_gets_an_allow_field(self):
        for method in ("OPTIONS", "HEAD"):
            with self.subTest(method):
                response = self.server.send(method)
                self.assertEqual(405, response.status, response)
                self.assertIn("POST", response.field("Allow"))

    def test_get_is_not_served_in_the_modern_era(self):
        for method in ("GET", "DELETE"):
            with self.subTest(method):
                response = self.server.send(method, fields={"MCP-Protocol-Version": MODERN, "Content-Type": None})
                self.assertEqual(405, response.status, response)
                self.assertIn("POST", response.field("Allow"))

    def test_the_path_is_configurable(self):
        with Server(settings("echo", server={"path": "/tools/v1"})) as server:
            self.assertEqual(200, server.send(path="/tools/v1", body=LIST).status)
            self.assertEqual(404, server.send(path="/mcp", body=LIST).status)


class Connections(HttpTests):
    def test_one_carries_many_requests(self):
        with self.server.connect() as connection:
            for number in range(20):
                connection.send(self.good(rpc("tools/list", id=number)))
                self.assertEqual(number, connection.read_response().answer["id"])

    def test_pipelined_requests_are_answered_in_order(self):
        with self.server.connect() as connection:
            connection.send(b"".join(self.good(rpc("tools/list", id=number))
                                     for number in range(5)))
            self.assertEqual([0, 1, 2, 3, 4], [connection.read_response().answer["id"] for _ in range(5)])

    def test_connection_close_is_honoured(self):
        with self.server.connect() as connection:
            connection.send(self.server.request(body=LIST, fields={"Connection": "close"}))
            self.assertEqual("close", connection.read_response().field("Connection").lower())
            self.assertTrue(connection.is_closed())

    def test_one_of_http_1_0_is_answered_and_closed(self):
        with self.server.connect() as connection:
            connection.send(self.good().replace(b"HTTP/1.1", b"HTTP/1.0", 1))
            self.assertEqual(200, connection.read_response().status)
            self.assertTrue(connection.is_closed())

    def test_one_that_ends_at_any_byte_affects_no_other(self):
        good = self.good()
        for cut in range(0, len(good), 7):
            with self.server.connect() as connection:
                connection.send(good[:cut])
        self.assert_serves()

    def test_one_that_is_reset_affects_no_other(self):
        for data in (b"", self.good()[:50], self.good(), self.good() * 3):
            with self.server.connect() as connection:
                connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.send(data)
        self.assert_serves()

    def test_responses_name_no_version_of_the_server(self):
        response = self.server.send(body=LIST)
        self.assertIsNone(response.field("Server"))
        self.assertIsNone(response.field("X-Powered-By"))

    def test_json_responses_are_one_line(self):
        self.assertNotIn(b"\n", self.server.send(body=LIST).body.rstrip(b"\n"))

    def test_many_idle_ones_block_nobody(self):
        silent = [self.server.connect() for _ in range(200)]
        try:
            begun = time.monotonic()
            self.assert_serves()
            self.assertLess(time.monotonic() - begun, TIMEOUT / 3)
        finally:
            for connection in silent:
                connection.close()


class SlowClients(HttpTests):
    config = settings("echo", limits={"head_timeout": "400ms", "idle_timeout": "400ms"})

    def test_an_incomplete_head_times_out(self):
        with self.server.connect() as connection:
            connection.send(self.good()[:40])
            begun = time.monotonic()
            answer = connection.read_to_end()
            self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 408"), answer)
            self.assertLess(time.monotonic() - begun, 10)

    def test_a_slow_head_times_out(self):
        with self.server.connect() as connection:
            for byte in self.good()[:100]:
                connection.send(bytes([byte]))
                if not connection.is_silent(0.05):
                    break
            else:
                self.fail("five seconds later it still waits")
            self.assertNotIn(b"HTTP/1.1 200", connection.read_to_end())

    def test_an_incomplete_body_times_out(self):
        with self.server.connect() as connection:
            connection.send(self.server.request(fields={"Content-Length": str(len(LIST))}) + LIST[:10])
            begun = time.monotonic()
            self.assertEqual(408, connection.read_response().status)
            self.assertTrue(connection.is_closed())
            self.assertLess(time.monotonic() - begun, 10)

    def test_an_idle_connection_is_closed(self):
        with self.server.connect() as connection:
            connection.send(self.good())
            self.assertEqual(200, connection.read_response().status)
            self.assertTrue(connection.is_closed(10))


class DamagedRequests(HttpTests):
    """Valid requests with random but reproducible damage. The server must keep serving, and never answer with an
    internal error."""

    PIECES = (b"\r\n", b"\n", b"\r", b"\x00", b":", b" ", b"\t", b"\xff", b";", b"%", b"{", b"}", b"[", b'"', b"-1",
              b"chunked", b"Transfer-Encoding: chunked\r\n", b"Content-Length: 5\r\n", b"0\r\n\r\n", b"HTTP/1.1",
              b"Expect: 100-continue\r\n", b"\\u0000", b"\\ud800", b"1e999", b"9" * 20, b"=?base64?")

    def damage(self, data, random):
        data = bytearray(data)
        for _ in range(random.randint(1, 4)):
            at = random.randrange(len(data))
            kind = random.randrange(4)
            if kind == 0:
                data[at:at] = random.choice(self.PIECES)
            elif kind == 1:
                del data[at:at + random.randint(1, 20)]
            elif kind == 2:
                data[at] = random.randrange(256)
            else:
                begin = random.randrange(len(data))
                data[at:at] = data[begin:begin + random.randint(1, 60)]
        return bytes(data)

    def test_1000_of_them_affect_no_other_request(self):
        message, fields = modern("tools/call", {"name": "echo", "arguments": {"text": "hi"}})
        good = [self.good(), self.server.request(body=message, fields=fields),
                self.server.request(body=b"%x\r\n%s\r\n0\r\n\r\n" % (len(LIST), LIST),
                                    fields={"Transfer-Encoding": "chunked"}),
                self.server.request("DELETE", fields={"Mcp-Session-Id": "x"})]
        random = Random(2026)
        for _ in range(1000):
            data = self.damage(random.choice(good), random)
            with self.server.connect() as connection:
                connection.send(data)
                connection.socket.shutdown(socket.SHUT_WR)
                self.assertNotRegex(connection.read_to_end(), rb"^HTTP/1.1 50[034]", data)
        self.assert_serves()


class SlowReaders(HttpTests):
    config = settings("echo", plugin(hostile("misbehaving")), limits={"write_timeout": "1s"})

    def test_one_that_does_not_read_is_disconnected(self):
        before = self.server.open_files()
        with self.server.connect() as connection:
            connection.send(self.server.request(body=rpc(
                "tools/call", {"name": "answers_huge", "arguments": {"bytes": 15_000_000}})))
            connection.read_head()
            self.assertTrue(wait_until(lambda: self.server.open_files() <= before))
            self.assertLess(len(connection.read_to_end()), 15_000_000)
        self.assert_serves()

    def test_one_that_reads_gets_the_whole_response(self):
        self.assertEqual(15_000_000, len(self.server.call_tool("answers_huge", {"bytes": 15_000_000}).text))


class ConnectionsOfOneSource(HttpTests):
    config = settings("echo", limits={"connections_per_source": 5, "proxies": []})

    def test_are_limited(self):
        connections = [self.server.connect() for _ in range(5)]
        for connection in connections:
            connection.send(self.good())
            self.assertEqual(200, connection.read_response().status)
        with self.server.connect() as one_more:
            one_more.send(self.good())
            answer = one_more.read_to_end()
            self.assertTrue(answer == b"" or answer.startswith((b"HTTP/1.1 503", b"HTTP/1.1 429")), answer)
        connections[0].send(self.good())
        self.assertEqual(200, connections[0].read_response().status)
        for connection in connections:
            connection.close()

        def is_let_in():
            with self.server.connect() as again:
                again.send(self.good())
                return again.reads_200()

        self.assertTrue(wait_until(is_let_in), "their places were never free again")


class UnixSocket(unittest.TestCase):
    def test_serves_the_same_as_a_port(self):
        with Folder() as folder:
            path = str(folder.path / "mcp.sock")
            with Server(settings("echo", listen=["unix:" + path])) as server:
                self.assertEqual([path], server.addresses)
                response = server.send(body=LIST, fields={"Host": "localhost"})
                self.assertEqual(200, response.status, response)
                self.assertEqual(401, server.send(body=LIST, fields={"Host": "localhost"}, token=None).status)
                self.assertEqual(403, server.send(body=LIST, fields={"Host": "evil.example.com"}).status)


class IPv6(unittest.TestCase):
    def test_both_loopback_addresses_are_served(self):
        if not socket.has_ipv6:
            self.skipTest("there is no IPv6 here")
        with Server(settings("echo", listen=["127.0.0.1:0", "[::1]:0"]), ready=2) as server:
            for host, port in server.addresses:
                authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
                self.assertEqual(200, server.send(body=LIST, fields={"Host": authority},
                                                  address=(host, port)).status)
