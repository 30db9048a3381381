"""TLS: handshakes, refusals, and replacement of the certificate under load."""

import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import threading
import time
import unittest
from random import Random

from harness import (TIMEOUT, Closed, Connection, Folder, Server, SharedServerTest, hostile, in_parallel, new_token,
                     plugin, rpc, settings, table, toolrack, unverified_tls, wait_until)

LIST = rpc("tools/list")


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class CertificateAuthority:
    """Makes certificates in a folder, each with its key: NAME.crt, NAME.key."""

    def __init__(self, folder, name="authority"):
        self.folder = pathlib.Path(folder)
        self.name = name
        self.certificate = self.folder / f"{name}.crt"
        openssl("req", "-x509", *self._new_key(name), "-subj", f"/CN={name}", "-days", 2, "-out", self.certificate)

    def _new_key(self, name):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", self.folder / f"{name}.key")

    def issue(self, name, days=2):
        made = self.folder / name
        openssl("req", "-new", *self._new_key(name), "-subj", f"/CN={name}", "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", f"{made}.csr")
        openssl("x509", "-req", "-in", f"{made}.csr", "-CA", self.certificate, "-CAkey",
                self.folder / f"{self.name}.key", "-days", days, "-copy_extensions", "copy", "-out", f"{made}.crt")
        return f"{made}.crt", f"{made}.key"


def tls(certificate, key, **more):
    return table("[tls]", {"certificate": certificate, "key": key} | more)


def der(certificate):
    return ssl.PEM_cert_to_DER_cert(pathlib.Path(certificate).read_text())


def replace_files(certificate, at):
    """Replaces the two files one after the other, each atomically, as certificate renewal does."""
    for new, old in zip(certificate, at):
        shutil.copy(new, f"{old}.new")
        os.replace(f"{old}.new", old)


class CertificateTests(unittest.TestCase):
    """Tests with certificates of their own."""

    def setUp(self):
        folder = Folder()
        self.addCleanup(folder.__exit__)
        self.folder = folder.path
        self.authority = CertificateAuthority(self.folder)
        self.certificate, self.key = self.authority.issue("server")

    def serve(self, *plugins, **more):
        extra = {name: more.pop(name) for name in ("client_ca", "client_certificate") if name in more}
        return Server(settings(*(plugins or ("echo",)), **more) + tls(self.certificate, self.key, **extra))


class TlsTests(SharedServerTest):
    limits = None

    @classmethod
    def setUpClass(cls):
        cls.own = Folder()
        cls.authority = CertificateAuthority(cls.own.path)
        cls.certificate = cls.authority.issue("server")
        cls.trust = ssl.create_default_context(cafile=cls.authority.certificate)
        cls.server = Server(settings("echo", plugin(hostile("misbehaving")), limits=cls.limits) + tls(*cls.certificate),
                            trust=cls.trust)

    @classmethod
    def tearDownClass(cls):
        try:
            super().tearDownClass()
        finally:
            cls.own.__exit__()

    def client_context(self, **settings):
        trust = ssl.create_default_context(cafile=self.authority.certificate)
        for name, thing in settings.items():
            setattr(trust, name, thing)
        return trust

    def raw_connection(self):
        return Connection(self.server.addresses[0])


class TlsClient(TlsTests):
    def test_is_served_with_tls_1_2_and_1_3(self):
        for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            with self.subTest(name), \
                    self.server.connect(trust=self.client_context(minimum_version=version,
                                                                  maximum_version=version)) as mine:
                self.assertEqual(name, mine.socket.version())
                for _ in range(3):
                    mine.send(self.server.request(body=LIST))
                    self.assertEqual(200, mine.read_response().status)

    def test_with_tls_1_1_gets_a_protocol_version_alert(self):
        hello = bytes([3, 2]) + bytes(32) + bytes([0, 0, 4, 0xc0, 0x13, 0xc0, 0x09, 1, 0])
        message = bytes([1, 0, 0, len(hello)]) + hello

        def is_logged():  # these lines are limited in rate, and other tests may just have caused some
            with self.raw_connection() as mine:
                mine.send(bytes([22, 3, 1, 0, len(message)]) + message)
                alert = mine.read_to_end()
            self.assertEqual((21, 2, 70), (alert[0], alert[5], alert[6]), alert)  # fatal, protocol_version
            return "TLS handshake with 127.0.0.1 failed: unsupported protocol" in self.server.log

        self.assertTrue(wait_until(is_logged))

    def test_finds_the_https_url_in_the_log(self):
        self.assertIn(f"serving https://127.0.0.1:{self.server.port}/mcp", self.server.log)
        self.server.wait_for_line(r"^  tls      certificate valid until \d{4}-\d\d-\d\d$")

    def test_negotiates_http_1_1(self):
        trust = self.client_context()
        trust.set_alpn_protocols(["h2", "http/1.1"])
        with self.server.connect(trust=trust) as mine:
            self.assertEqual("http/1.1", mine.socket.selected_alpn_protocol())
            mine.send(self.server.request(body=LIST))
            self.assertEqual(200, mine.read_response().status)

    def test_with_http_2_only_is_refused_in_the_handshake(self):
        trust = self.client_context()
        trust.set_alpn_protocols(["h2"])
        with self.assertRaisesRegex(ssl.SSLError, "(?i)no.application.protocol"):
            self.server.connect(trust=trust)

    def test_without_tls_gets_a_response_that_says_so(self):
        for method in ("POST", "GET"):
            with self.subTest(method), self.raw_connection() as mine:
                mine.send(self.server.request(method, body=LIST if method == "POST" else b""))
                answer = mine.read_response()
                self.assertEqual(400, answer.status)
                self.assertEqual("This address requires TLS. Use https:// in the URL.", answer.sentence)
                self.assertTrue(mine.is_closed())

    def test_with_random_bytes_affects_no_other(self):
        random = Random(20261123)
        beginnings = [b"", b"\x16\x03\x01", b"\x16\x03\x01\x40\x00\x01", b"\x16\x03\x03\x00\x05\x01", b"\x80\x2e\x01",
                      b"\x17\x03\x03\xff\xff", b"\x15\x03\x01\x00\x02\x02\x28", b"SSH-2.0-x\r\n",
                      b"DELETE /mcp HTTP/1.1\r\n\r\n"]
        for index in range(120):
            with self.raw_connection() as mine:
                mine.send(beginnings[index % len(beginnings)] + random.randbytes(random.choice((1, 5, 100, 20_000))))
                if index % 2:
                    mine.socket.shutdown(socket.SHUT_WR)
                    mine.read_to_end()
        self.assert_serves()

    def test_that_disconnects_during_the_handshake_affects_no_other(self):
        for _ in range(20):
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            half = self.client_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
            with self.assertRaises(ssl.SSLWantReadError):
                half.do_handshake()
            with self.raw_connection() as mine:
                mine.send(outgoing.read())
                self.assertEqual(22, mine.socket.recv(1)[0])
        self.assert_serves()

    def test_is_served_among_a_hundred_at_once(self):
        answers = in_parallel(
            100, lambda index: self.server.call_tool("echo", {"text": f"mine is {index}"}, index).text)
        self.assertEqual([f"mine is {index}" for index in range(100)], answers)

    def test_can_send_and_receive_large_messages(self):
        text = "".join(chr(32 + index % 90) for index in range(3_000_000)).replace("\\", "/").replace('"', "'")
        self.assertEqual(text, self.server.call_tool("echo", {"text": text}).text)
        self.assertEqual(12_000_000, len(self.server.call_tool("answers_huge", {"bytes": 12_000_000}).text))

    def test_can_send_a_request_in_many_small_records(self):
        with self.server.connect() as mine:
            for byte in self.server.request(body=LIST):
                mine.send(bytes([byte]))
            self.assertEqual(200, mine.read_response().status)

    def test_can_pipeline_requests(self):
        with self.server.connect() as mine:
            ahead = b"".join(self.server.request(
                body=rpc("tools/call", {"name": "echo", "arguments": {"text": str(index)}})) for index in range(50))
            mine.send(ahead)
            self.assertEqual([str(index) for index in range(50)], [mine.read_response().text for _ in range(50)])

    def test_gets_events_without_delay(self):
        with self.server.connect() as mine:
            mine.send(self.server.request(body=rpc("tools/call", {"name": "notifies", "_meta": {"progressToken": 7}}),
                                          fields={"Accept": "application/json, text/event-stream"}))
            status, fields = mine.read_head()
            self.assertEqual(200, status)
            self.assertIn("text/event-stream", dict((name.lower(), text) for name, text in fields)["content-type"])
            messages = []
            while not messages or "method" in messages[-1]:
                messages += mine.read_event()
            progress = [one["params"]["progress"] for one in messages if one.get("method") == "notifications/progress"]
            self.assertEqual([1, 2, 3], progress)
            self.assertEqual("notified", messages[-1]["result"]["content"][0]["text"])

    def test_gets_close_notify(self):
        for fields in ({"Connection": "close"}, {"Authorization": None}):
            with self.subTest(fields), self.server.connect() as mine:
                mine.send(self.server.request(body=LIST, fields=fields))
                self.assertIn(mine.read_response().status, (200, 401))
                self.assertEqual(b"", mine.read_to_end())
                self.assertFalse(mine.is_truncated)

    def test_can_resume_with_a_ticket(self):
        trust = self.client_context(maximum_version=ssl.TLSVersion.TLSv1_2)
        with self.server.connect(trust=trust) as first:
            session = first.socket.session
        with socket.create_connection(self.server.addresses[0], TIMEOUT) as plain, \
                trust.wrap_socket(plain, server_hostname="localhost", session=session) as again:
            self.assertTrue(again.session_reused)

    def test_can_be_the_curl_command_of_the_guide(self):
        body = json.dumps(LIST)
        done = subprocess.run(["curl", "--silent", "--show-error", "--cacert", self.authority.certificate, "-X", "POST",
                               self.server.url, "-H", "Content-Type: application/json", "-H",
                               f"Authorization: Bearer {self.server.token}", "-d", body],
                              capture_output=True, text=True, timeout=TIMEOUT, check=False)
        self.assertEqual(0, done.returncode, done)
        self.assertIn("tools", json.loads(done.stdout)["result"])


class TlsDeadlines(TlsTests):
    limits = {"handshake_timeout": "500ms", "idle_timeout": "1s"}

    def test_end_a_slow_handshake(self):
        with self.raw_connection() as silent, self.raw_connection() as slow:
            slow.send(b"\x16\x03\x01\x02\x00\x01")
            self.assert_serves()
            self.assertTrue(silent.is_closed())
            self.assertTrue(slow.is_closed())
        self.server.wait_for_line("TLS handshake with 127.0.0.1 failed: timed out", 2)
        self.assert_serves()

    def test_end_an_idle_connection_with_close_notify(self):
        with self.server.connect() as mine:
            self.assertEqual(b"", mine.read_to_end())
            self.assertFalse(mine.is_truncated)


class TlsConnectionLimit(TlsTests):
    limits = {"connections": 1}

    def test_is_reported_inside_tls(self):
        with self.server.connect() as first:
            with self.assertRaisesRegex(ssl.SSLError, "(?i)alert.internal.error"):
                self.server.connect()
            first.send(self.server.request(body=LIST))
            self.assertEqual(200, first.read_response().status)


class TlsAddresses(CertificateTests):
    def test_off_loopback_need_no_permission_for_clear_text(self):
        with self.serve(listen=["0.0.0.0:0"]) as server:
            address = ("127.0.0.1", server.port)
            host = {"Host": f"localhost:{server.port}"}
            self.assertEqual(200, server.send(body=LIST, fields=host, address=address).status)

    def test_that_are_unix_sockets_use_no_tls(self):
        path = self.folder / "mcp.sock"
        with self.serve(listen=["127.0.0.1:0", f"unix:{path}"], auth=None) as server:
            server.wait_for_line("serving unix:")
            self.assertEqual(200, server.plain("tools/list").status)
            self.assertEqual(401, server.post_to(str(path), LIST, {"Host": "localhost"}).status)

    def test_are_allowed_https_origins(self):
        with self.serve() as server:
            for scheme, status in (("https", 200), ("http", 403)):
                origin = {"Origin": f"{scheme}://localhost:{server.port}"}
                self.assertEqual(status, server.plain("tools/list", fields=origin).status)

    def test_that_contradict_the_public_url_are_a_warning(self):
        for server, words in (({"public_url": "http://tools.example.com/mcp"}, "begins with http://"),
                              ({"allow_cleartext": ["10.0.0.0/8"]}, "allow_cleartext has no effect")):
            with self.serve(server=server) as running:
                self.assertIn(words, running.log)


class BehindAProxy(unittest.TestCase):
    """The log names a refused Host or Origin, and the key that would allow it."""

    def test_configured_hosts_and_origins_are_accepted_and_others_are_logged(self):
        named = {"allowed_hosts": ["tools.example.com"], "allowed_origins": ["https://app.example.com"]}
        with Server(settings("echo", server=named)) as server:
            good = {"Host": "tools.example.com", "Origin": "https://app.example.com"}
            self.assertEqual(200, server.plain("tools/list", fields=good).status)
            self.assertEqual(403, server.plain("tools/list", fields=good | {"Host": "evil.example.com"}).status)
            line, = server.wait_for_line("Rejected a request from 127.0.0.1 with 403: Host")
            self.assertIn('"evil.example.com"', line)
            self.assertIn("server.allowed_hosts", line)
            self.assertEqual(403, server.plain("tools/list",
                                               fields=good | {"Origin": "https://evil.example.com"}).status)
            line, = server.wait_for_line("Rejected a request from 127.0.0.1 with 403: Origin")
            self.assertIn('"https://evil.example.com"', line)
            self.assertIn("server.allowed_origins", line)

    def test_many_refusals_do_not_fill_the_log(self):
        with Server(settings("echo")) as server:
            begun = time.monotonic()
            in_parallel(8, lambda _: [server.plain("tools/list", fields={"Host": "evil.example.com"})
                                      for _ in range(50)])
            seconds = time.monotonic() - begun
            # Ten a second, on each I/O thread.
            most = 10 * (seconds + 1) * (os.cpu_count() or 1)
            self.assertLessEqual(server.log.count("evil.example.com"), most)


class CertificateFiles(CertificateTests):
    """What cannot be used is said at the start, by check as by serve, and nothing is bound."""

    def complain(self, certificate=None, key=None, **more):
        config = settings("echo") + tls(certificate or self.certificate, key or self.key, **more)
        with Folder(config) as folder:
            said = [toolrack(command, "--config", folder.config, token=new_token()) for command in ("serve", "check")]
        for done in said:
            self.assertEqual(78, done.returncode, done)
            self.assertNotIn("serving", done.stderr)
            self.assertIn("toolrack.toml:", done.stderr)
        self.assertEqual(*(done.stderr.split("toolrack.toml:")[1] for done in said))
        return said[0].stderr

    def write(self, text, name="odd.pem", mode=0o600):
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def test_a_key_of_another_certificate(self):
        _, other = self.authority.issue("other")
        self.assertIn("does not belong to the first certificate", self.complain(key=other))

    def test_a_key_that_other_users_may_read(self):
        for mode in (0o644, 0o604, 0o660):
            os.chmod(self.key, mode)
            said = self.complain()
            self.assertIn(f"is open to others (mode {mode:04o}). Set its mode to 0600", said)

    def test_a_key_that_its_group_may_read_is_accepted(self):
        os.chmod(self.key, 0o640)
        with self.serve() as server:
            self.assertEqual(200, server.plain("tools/list").status)

    def test_missing_files(self):
        self.assertIn("tls.certificate: /no/such.crt cannot be read", self.complain(certificate="/no/such.crt"))
        self.assertIn("tls.key: /no/such.key cannot be read", self.complain(key="/no/such.key"))
        self.assertIn("tls.client_ca: /no/such.crt cannot be read", self.complain(client_ca="/no/such.crt"))
        self.assertIn("cannot be read", self.complain(certificate=self.folder))

    def test_files_with_other_content(self):
        odd = self.write("This is no PEM file.\n")
        self.assertIn("contains no certificate in PEM format", self.complain(certificate=odd))
        self.assertIn("contains no private key in PEM format", self.complain(key=odd))
        self.assertIn("contains no certificate in PEM format", self.complain(client_ca=odd))
        whole = pathlib.Path(self.certificate).read_text().splitlines()
        cut = self.write("\n".join(whole[:4] + whole[-1:]) + "\n")
        self.assertIn("contains a certificate that cannot be read", self.complain(certificate=cut))

    def test_a_key_with_a_passphrase(self):
        sealed = self.folder / "sealed.key"
        openssl("pkey", "-in", self.key, "-aes256", "-passout", "pass:secret", "-out", sealed)
        sealed.chmod(0o600)
        self.assertIn("is encrypted", self.complain(key=sealed))

    def test_a_key_that_is_too_weak(self):
        openssl("req", "-x509", "-newkey", "rsa:1024", "-nodes", "-subj", "/CN=weak", "-days", 2, "-keyout",
                self.folder / "weak.key", "-out", self.folder / "weak.crt")
        said = self.complain(self.folder / "weak.crt", self.folder / "weak.key")
        self.assertIn("key too small", said)

    def test_a_certificate_that_has_expired_is_served_with_a_warning(self):
        self.certificate, self.key = self.authority.issue("old", days=-1)
        with self.serve() as server:
            server.wait_for_line(r"warning: tls.certificate: .*old.crt expired on \d{4}-\d\d-\d\d")
            self.assertEqual(200, server.plain("tools/list").status)

    def test_the_whole_chain_is_sent(self):
        both = self.write(pathlib.Path(self.certificate).read_text() + self.authority.certificate.read_text())
        with Server(settings("echo") + tls(both, self.key)) as server:
            shown = subprocess.run(["openssl", "s_client", "-connect", server.authority, "-showcerts"], input="",
                                   capture_output=True, text=True, timeout=TIMEOUT, check=False).stdout
            self.assertEqual(2, shown.count("BEGIN CERTIFICATE"), shown)

    def test_client_certificates_without_a_ca_are_refused(self):
        config = settings("echo", backend="open-access") + tls(self.certificate, self.key)
        with Folder(config) as folder:
            done = toolrack("check", "--dev", "--config", folder.config)
        self.assertEqual(78, done.returncode, done)
        self.assertIn("Remove [tls], or set auth.backend", done.stderr)


class CertificateReplacement(CertificateTests):
    def served(self, server):
        with server.connect() as mine:
            return mine.socket.getpeercert(binary_form=True)

    def assert_will_serve(self, server, certificate):
        self.assertTrue(wait_until(lambda: self.served(server) == der(certificate)), server.log)

    def test_applies_to_new_connections_only(self):
        with self.serve() as server, server.connect() as old:
            new = self.authority.issue("new")
            replace_files(new, (self.certificate, self.key))
            self.assert_will_serve(server, new[0])
            old.send(server.request(body=LIST))
            self.assertEqual(200, old.read_response().status)

    def test_under_load_fails_no_connection(self):
        with self.serve() as server:
            is_over = threading.Event()
            wrong = []
            served = [0] * 4

            def work(index):
                try:
                    while not is_over.is_set():
                        with server.connect() as mine:
                            for _ in range(5):
                                mine.send(server.request(body=LIST))
                                if mine.read_response().status == 200:
                                    served[index] += 1
                except Exception as error:  # for the test
                    wrong.append(error)

            workers = [threading.Thread(target=work, args=(index,)) for index in range(len(served))]
            for worker in workers:
                worker.start()
            for round in range(3):
                new = self.authority.issue(f"new-{round}")
                replace_files(new, (self.certificate, self.key))
                self.assert_will_serve(server, new[0])
            is_over.set()
            for worker in workers:
                worker.join(TIMEOUT)
            self.assertEqual([], wrong)
            self.assertGreater(min(served), 0)

    def test_by_unusable_files_keeps_the_previous_certificate_and_is_logged_once(self):
        with self.serve() as server:
            before = der(self.certificate)
            new = self.authority.issue("new")
            replace_files(new[1:], (self.key,))
            line, = server.wait_for_line("was not reloaded")
            self.assertIn("error: ", line)
            self.assertIn("does not belong to the first certificate", line)
            self.assertEqual(before, self.served(server))
            replace_files(new, (self.certificate, self.key))
            self.assert_will_serve(server, new[0])
            self.assertEqual(1, server.log.count("was not reloaded"))

    def test_by_a_key_that_other_users_may_read_is_refused(self):
        with self.serve() as server:
            os.chmod(self.key, 0o644)
            server.wait_for_line("was not reloaded.*is open to others")
            self.assertEqual(200, server.plain("tools/list").status)


class ClientCertificates(CertificateTests):
    def setUp(self):
        super().setUp()
        self.clients = CertificateAuthority(self.folder, "clients")
        self.good = self.clients.issue("ann")
        self.foreign = self.authority.issue("mallory")

    def trust(self, certificate=None):
        trust = unverified_tls()
        if certificate:
            trust.load_cert_chain(*certificate)
        return trust

    def ask(self, server, certificate=None, token=True):
        with server.connect(trust=self.trust(certificate)) as mine:
            mine.send(server.request(body=rpc("tools/call", {"name": "whoami"}), token=token))
            return mine.read_response()

    def test_that_are_optional_can_be_absent_but_not_invalid(self):
        with self.serve(plugin(hostile("misbehaving")), client_ca=self.clients.certificate) as server:
            server.wait_for_line("client certificates optional")
            self.assertEqual(200, self.ask(server).status)
            self.assertEqual(200, self.ask(server, self.good).status)
            with self.assertRaises((ssl.SSLError, Closed)):
                self.ask(server, self.foreign)
            server.wait_for_line("TLS handshake with 127.0.0.1 failed: the client.s certificate is not accepted: ")

    def test_that_are_required_cannot_be_absent(self):
        with self.serve(plugin(hostile("misbehaving")), client_ca=self.clients.certificate,
                        client_certificate="required") as server:
            server.wait_for_line("client certificates required")
            self.assertEqual(200, self.ask(server, self.good).status)
            for certificate in (None, self.foreign):
                with self.assertRaises((ssl.SSLError, Closed)):
                    self.ask(server, certificate)
            server.wait_for_line("TLS handshake with 127.0.0.1 failed: peer did not return a certificate")

    def test_that_have_expired_are_refused(self):
        old = self.clients.issue("old", days=-1)
        with self.serve(client_ca=self.clients.certificate) as server:
            with self.assertRaises((ssl.SSLError, Closed)):
                self.ask(server, old)
            server.wait_for_line("certificate has expired")

    def test_do_not_replace_a_token_by_default(self):
        with self.serve(client_ca=self.clients.certificate, client_certificate="required") as server:
            self.assertEqual(401, self.ask(server, self.good, token=None).status)

    def test_reach_the_auth_backend_unchanged(self):
        with self.serve(plugin(hostile("misbehaving")), backend=str(hostile("certificate-backend")),
                        client_ca=self.clients.certificate) as server:
            said = self.ask(server, self.good, token=None).result["structuredContent"]
            self.assertEqual(str(len(der(self.good[0]))), said["subject"])
            self.assertEqual(401, self.ask(server, token=None).status)

    def test_are_verified_for_each_connection(self):
        trust = self.trust(self.good)
        trust.maximum_version = ssl.TLSVersion.TLSv1_2
        with self.serve(client_ca=self.clients.certificate) as server:
            with server.connect(trust=trust) as first:
                session = first.socket.session
            with socket.create_connection(server.addresses[0], TIMEOUT) as plain, \
                    trust.wrap_socket(plain, session=session) as again:
                self.assertFalse(again.session_reused)
