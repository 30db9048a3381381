"""The start of the server: when it fails, and with which error.

Configuration errors must be reported before the first bind. Each case configures an address that is in use: an earlier
bind would fail with exit status 69, not with that of the configuration (78).
"""

import itertools
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import unittest

from harness import (BINARY, BUILD, TIMEOUT, Connection, Folder, LineNotLogged, Server, environment, in_parallel,
                     new_token, plugin, request, rpc, settings, toolrack, wait_until)

CONFIGURATION, UNAVAILABLE, USAGE = 78, 69, 64
PLACEHOLDERS = ("your-generated-token", "changeme")


def taken_port():
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    return taken


class StartTests(unittest.TestCase):
    def setUp(self):
        self.taken = taken_port()
        self.port = self.taken.getsockname()[1]

    def tearDown(self):
        self.taken.close()

    def refuse(self, config, *arguments, token=None, command="serve", **more):
        """The error output of a start that fails with status 78."""
        with Folder(config.replace("127.0.0.1:0", f"127.0.0.1:{self.port}")) as folder:
            done = toolrack(command, "--config", folder.config, *arguments, token=token, **more)
        self.assertEqual(CONFIGURATION, done.returncode, done)
        self.assertNotIn("serving http", done.stderr)
        return done.stderr

    def refuse_serve_and_check(self, config, *arguments, **more):
        """`check` says what `serve` does."""
        said = self.refuse(config, *arguments, **more)
        checked = self.refuse(config, *arguments, command="check", **more)
        return said, checked


class RequiredToken(StartTests):
    def assert_helpful(self, said):
        for one in said:
            self.assertIn("MCP_AUTH_TOKEN", one)
            self.assertIn("openssl rand -hex 32", one)

    def test_unset(self):
        self.assert_helpful(self.refuse_serve_and_check(settings("echo")))

    def test_empty_or_blank(self):
        for token in ("", " ", "\t\n "):
            with self.subTest(token):
                self.assert_helpful(self.refuse_serve_and_check(settings("echo"), token=token))

    def test_shorter_than_32_characters(self):
        token = new_token()[:31]
        said = self.refuse_serve_and_check(settings("echo"), token=token)
        self.assert_helpful(said)
        for one in said:
            self.assertIn("32", one)
            self.assertNotIn(token, one)

    def test_a_placeholder(self):
        for token in (*PLACEHOLDERS, *(word.upper() for word in PLACEHOLDERS),
                      "<your-generated-token-of-64-characters>"):
            with self.subTest(token):
                for one in self.refuse_serve_and_check(settings("echo"), token=token):
                    self.assertIn("placeholder", one)

    def test_an_unexpanded_variable(self):
        for token in ("${MCP_AUTH_TOKEN_OF_THIS_VERY_SERVER}", "$MCP_AUTH_TOKEN_OF_THIS_VERY_SERVER_"):
            with self.subTest(token):
                self.refuse_serve_and_check(settings("echo"), token=token)

    def test_one_of_two_is_too_short(self):
        short = new_token()[:20]
        for one in self.refuse_serve_and_check(settings("echo"), token=f"{new_token()} {short}"):
            self.assertNotIn(short, one)

    def test_characters_that_no_header_can_hold(self):
        for token in (new_token() + "\u00fc", new_token() + '"', new_token() + "\x01"):
            with self.subTest(token[-1]):
                self.refuse_serve_and_check(settings("echo"), token=token)

    def test_of_32_characters_is_accepted(self):
        with Server(settings("echo"), token=new_token()[:32]) as server:
            self.assertEqual(200, server.plain("tools/list").status)

    def test_in_another_variable_is_reported_by_that_name(self):
        for one in self.refuse_serve_and_check(settings("echo", auth={"variable": "OTHER_TOKEN"}), token=new_token()):
            self.assertIn("OTHER_TOKEN", one)


class RequiredBackend(StartTests):
    def test_none_named(self):
        for config in (settings("echo").replace('backend = "env-token"', ""), '[server]\nlisten = ["127.0.0.1:0"]\n'):
            for one in self.refuse_serve_and_check(config, token=new_token()):
                self.assertIn("backend", one)

    def test_unknown(self):
        for one in self.refuse_serve_and_check(settings("echo", backend="no-such-backend"), token=new_token()):
            self.assertIn("no-such-backend", one)

    def test_a_plugin_without_authentication(self):
        echo = BUILD / "lib" / "toolrack" / "plugins" / "echo.so"
        for one in self.refuse_serve_and_check(settings("echo", backend=str(echo)), token=new_token()):
            self.assertIn("echo.so", one)

    def test_unknown_options(self):
        for one in self.refuse_serve_and_check(settings("echo", extra="options.nonsense = 5\n"), token=new_token()):
            self.assertIn("nonsense", one)

    def test_an_empty_array(self):
        self.refuse_serve_and_check(settings("echo", backend=[]), token=new_token())


class OpenAccessRefused(StartTests):
    def test_without_dev(self):
        for one in self.refuse_serve_and_check(settings("echo", backend="open-access")):
            self.assertIn("--dev", one)

    def test_off_loopback(self):
        for address in ("0.0.0.0:0", "[::]:0"):
            self.refuse_serve_and_check(settings("echo", backend="open-access", listen=[address]), "--dev")
            # Also where clear text would be no objection.
            config = settings("echo", backend="open-access", listen=[address],
                              server={"allow_cleartext": ["0.0.0.0/0", "::/0"]})
            for one in self.refuse_serve_and_check(config, "--dev"):
                self.assertIn("open-access", one)
                self.assertIn("127.0.0.1 or a unix socket", one)

    def test_on_loopback_and_another_address(self):
        config = settings("echo", backend="open-access", listen=["127.0.0.1:0", "0.0.0.0:0"],
                          server={"allow_cleartext": ["0.0.0.0/0"]})
        for one in self.refuse_serve_and_check(config, "--dev"):
            self.assertIn("127.0.0.1 or a unix socket", one)

    def test_in_a_chain(self):
        for chain in (["env-token", "open-access"], ["open-access", "env-token"]):
            for one in self.refuse_serve_and_check(settings("echo", backend=chain), "--dev", token=new_token()):
                self.assertIn("open-access", one)

    def test_with_a_public_url(self):
        self.refuse_serve_and_check(settings("echo", backend="open-access",
                                             server={"public_url": "https://x.example.com/mcp"}),
                                    "--dev")

    def test_under_systemd(self):
        self.refuse_serve_and_check(settings("echo", backend="open-access"), "--dev", INVOCATION_ID="0" * 32)

    def test_an_empty_token_does_not_open_env_token_in_dev_mode(self):
        self.refuse_serve_and_check(settings("echo"), "--dev", token="")


class OpenAccessConditions(unittest.TestCase):
    """{backend, --dev, address, TLS, public URL}: open in exactly the combination that was meant."""

    ADDRESSES = {"loopback": "127.0.0.1:0", "everywhere": "0.0.0.0:0", "unix": "unix:FOLDER/mcp.sock"}

    def outcome(self, backend, dev, where, tls, public):
        server = {"public_url": "https://tools.example.com/mcp"} if public else {}
        if where == "everywhere":
            # Else clear text off loopback is refused, and the lock is never asked.
            server["allow_cleartext"] = ["0.0.0.0/0"]
        with Folder() as own:
            listen = self.ADDRESSES[where].replace("FOLDER", str(own.path))
            config = settings("echo", backend=backend, listen=[listen], server=server)
            if tls:
                self.make_certificate(own.path)
                config += f'[tls]\ncertificate = "{own.path}/tls.crt"\nkey = "{own.path}/tls.key"\n'
            try:
                with Server(config, *(["--dev"] if dev else [])) as running:
                    address = running.addresses[0]
                    if where == "everywhere":
                        address = ("127.0.0.1", address[1])
                    host = "tools.example.com" if public else "localhost" if where == "unix" else \
                        f"localhost:{address[1]}"
                    status = running.post_to(address, rpc("tools/list"), {"Host": host}).status
                    return {200: "open", 401: "locked"}.get(status, status)
            except LineNotLogged:
                return "refused"

    @staticmethod
    def make_certificate(folder):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", "/CN=localhost", "-days", "2", "-keyout", folder / "tls.key", "-out",
                        folder / "tls.crt"], check=True, capture_output=True)

    def test_are_dev_mode_loopback_no_tls_and_no_public_url(self):
        rows = list(itertools.product(("env-token", "open-access"), (False, True), self.ADDRESSES, (False, True),
                                      (False, True)))
        found = {}
        for begin in range(0, len(rows), 4):
            some = rows[begin:begin + 4]
            found |= dict(zip(some, in_parallel(len(some), lambda index: self.outcome(*some[index]))))
        for row, outcome in found.items():
            backend, dev, where, tls, public = row
            with self.subTest(row):
                meant = backend == "open-access" and dev and where != "everywhere" and not tls and not public
                if meant:
                    self.assertEqual("open", outcome)
                elif backend == "open-access":
                    self.assertEqual("refused", outcome)
                else:
                    self.assertEqual("locked", outcome)


class NothingIsBoundBeforeTheChecks(unittest.TestCase):
    """As the kernel saw it."""

    def calls(self, config, *arguments, token=None):
        strace = shutil.which("strace")
        if not strace or subprocess.run([strace, "-o", os.devnull, "true"], capture_output=True,
                                        check=False).returncode:
            self.skipTest("strace cannot trace here")
        with Folder(config) as folder:
            trace = folder.path / "trace"
            env = environment(token)
            env["ASAN_OPTIONS"] += ":detect_leaks=0"  # the leak checker cannot work while it is traced
            done = subprocess.run([strace, "-f", "-e", "trace=bind,listen", "-o", trace, BINARY, "serve", "--config",
                                   folder.config, *arguments], env=env, stdin=subprocess.DEVNULL, capture_output=True,
                                  text=True, timeout=2 * TIMEOUT, check=False)
            self.assertEqual(CONFIGURATION, done.returncode, done.stderr)
            return [line for line in trace.read_text().splitlines() if "bind(" in line or "listen(" in line]

    def test_without_a_token(self):
        self.assertEqual([], self.calls(settings("echo")))

    def test_with_a_placeholder(self):
        self.assertEqual([], self.calls(settings("echo"), token="changeme"))

    def test_with_open_access_without_dev(self):
        self.assertEqual([], self.calls(settings("echo", backend="open-access")))

    def test_with_open_access_off_loopback(self):
        self.assertEqual([], self.calls(settings("echo", backend="open-access", listen=["0.0.0.0:0"]), "--dev"))

    def test_with_a_required_plugin_that_does_not_load(self):
        self.assertEqual([], self.calls(settings(plugin("./missing.so", required=True)), token=new_token()))


class Addresses(unittest.TestCase):
    def serve(self, config):
        with Folder(config) as folder:
            return toolrack("serve", "--config", folder.config, token=new_token(), cwd=folder.path)

    def test_one_in_use_is_an_error(self):
        with taken_port() as taken:
            port = taken.getsockname()[1]
            done = self.serve(settings("echo", listen=[f"127.0.0.1:{port}"]))
            self.assertEqual(UNAVAILABLE, done.returncode, done)
            self.assertIn(f"127.0.0.1:{port}", done.stderr)
            self.assertIn("in use", done.stderr)

    def test_one_of_another_machine_is_an_error(self):
        done = self.serve(settings("echo", listen=["192.0.2.1:0"], server={"allow_cleartext": ["0.0.0.0/0"]}))
        self.assertEqual(UNAVAILABLE, done.returncode, done)
        self.assertIn("192.0.2.1", done.stderr)

    def test_clear_text_off_loopback_requires_permission(self):
        done = self.serve(settings("echo", listen=["0.0.0.0:0"]))
        self.assertEqual(CONFIGURATION, done.returncode, done)
        self.assertIn("allow_cleartext", done.stderr)

    def test_a_stale_socket_file_is_replaced(self):
        with Folder() as folder:
            path = folder.path / "mcp.sock"
            stale = socket.socket(socket.AF_UNIX)
            stale.bind(str(path))
            stale.close()
            with Server(settings("echo", listen=[f"unix:{path}"])) as server:
                self.assertEqual(401, server.post_to(str(path), rpc("tools/list"), {"Host": "localhost"}).status)

    def test_a_socket_file_in_use_is_not_replaced(self):
        with Folder() as folder:
            path = folder.path / "mcp.sock"
            with Server(settings("echo", listen=[f"unix:{path}"])):
                self.assertEqual(UNAVAILABLE, self.serve(settings("echo", listen=[f"unix:{path}"])).returncode)

    def test_a_file_that_is_not_a_socket_is_not_replaced(self):
        with Folder() as folder:
            path = folder.path / "precious"
            path.write_text("precious")
            self.assertNotEqual(0, self.serve(settings("echo", listen=[f"unix:{path}"])).returncode)
            self.assertEqual("precious", path.read_text())

    def test_the_socket_file_is_removed_at_the_end(self):
        with Folder() as folder:
            path = folder.path / "mcp.sock"
            with Server(settings("echo", listen=[f"unix:{path}"])):
                self.assertTrue(path.exists())
            self.assertFalse(path.exists())


class CommandLine(unittest.TestCase):
    def test_help_prints_usage(self):
        for arguments in (("--help",), ("serve", "--help"), ("check", "--help"), ("inspect", "--help")):
            with self.subTest(arguments):
                done = toolrack(*arguments)
                self.assertEqual((0, ""), (done.returncode, done.stderr))
                self.assertIn("toolrack", done.stdout.lower())

    def test_every_version_option_prints_the_same(self):
        asked = [toolrack("version"), toolrack("--version")]
        for done in asked:
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            self.assertRegex(done.stdout, r"\d+\.\d+\.\d+")

    def test_unknown_arguments_are_a_usage_error(self):
        for arguments in ((), ("dance",), ("serve", "--nonsense"), ("serve", "extra"), ("inspect",),
                          ("serve", "--config"), ("serve", "--log-level", "loud")):
            with self.subTest(arguments):
                done = toolrack(*arguments, token=new_token())
                self.assertEqual(USAGE, done.returncode, done)
                self.assertTrue(done.stderr)

    def test_there_is_no_option_for_a_token(self):
        self.assertEqual(USAGE, toolrack("serve", "--token", new_token()).returncode)


class ConfigurationSearch(unittest.TestCase):
    """Where a configuration is looked for when none is named."""

    def test_uses_the_variable_and_then_the_folder_of_the_user(self):
        with Folder(settings("echo")) as folder:
            place = folder.path / "xdg" / "toolrack" / "toolrack.toml"
            place.parent.mkdir(parents=True)
            place.write_text(settings("echo"))
            home = folder.path / "home" / ".config" / "toolrack" / "toolrack.toml"
            home.parent.mkdir(parents=True)
            home.write_text(settings("echo"))
            for more in ({"TOOLRACK_CONFIG": str(folder.config)}, {"XDG_CONFIG_HOME": str(folder.path / "xdg")},
                         {"HOME": str(folder.path / "home")}):
                with self.subTest(*more):
                    self.assertEqual(0, toolrack("check", token=new_token(), **more).returncode)

    def test_without_a_file_names_all_places(self):
        if pathlib.Path("/etc/toolrack/toolrack.toml").exists():
            self.skipTest("Toolrack is installed on this machine")
        done = toolrack("serve", token=new_token(), HOME="/nonexistent", XDG_CONFIG_HOME="/nonexistent/xdg")
        self.assertEqual(CONFIGURATION, done.returncode)
        for word in ("--config", "TOOLRACK_CONFIG", "/nonexistent/xdg/toolrack/toolrack.toml",
                     "/etc/toolrack/toolrack.toml"):
            self.assertIn(word, done.stderr)

    def test_a_named_file_that_is_missing_is_an_error(self):
        done = toolrack("serve", "--config", "/nonexistent.toml", token=new_token())
        self.assertEqual(CONFIGURATION, done.returncode)
        self.assertIn("/nonexistent.toml", done.stderr)


class ServerEnd(unittest.TestCase):
    def test_both_signals_end_with_status_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                server = Server(settings("echo"))
                server.signal(number)
                server.stop()

    def test_idle_connections_do_not_delay_it(self):
        with Server(settings("echo")) as server:
            idle = [server.connect() for _ in range(5)]
            begun = time.monotonic()
            server.signal()
            for connection in idle:
                self.assertTrue(connection.is_closed())
                connection.close()
            self.assertLess(time.monotonic() - begun, TIMEOUT / 2)

    def test_the_port_is_free_at_once(self):
        with Server(settings("echo")) as server:
            port = server.port
            self.assertEqual(200, server.plain("tools/list").status)
        with Server(settings("echo", listen=[f"127.0.0.1:{port}"])) as again:
            self.assertEqual(port, again.port)

    def test_two_starts_and_ends_leave_no_files(self):
        with Folder() as folder:
            for _ in range(2):
                with Server(settings("echo"), TMPDIR=str(folder.path), XDG_RUNTIME_DIR=str(folder.path)):
                    pass
            self.assertEqual([], list(folder.path.iterdir()))


class UnwritableLog(unittest.TestCase):
    """A full disk or a reader that went away is no reason not to serve."""

    def serve(self, stderr):
        with taken_port() as free:
            port = free.getsockname()[1]
        token = new_token()
        with Folder(settings("echo", plugin("./missing.so"), listen=[f"127.0.0.1:{port}"])) as folder:
            process = subprocess.Popen([BINARY, "serve", "--config", folder.config, "--log-level", "debug"],
                                       env=environment(token), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                       stderr=stderr)

            def answers():
                if process.poll() is not None:
                    return True
                try:
                    with Connection(("127.0.0.1", port)) as connection:
                        connection.send(request("POST", "/mcp", {"Host": f"127.0.0.1:{port}"}))
                        return connection.read_response().status == 401
                except OSError:
                    return False

            self.assertTrue(wait_until(answers))
            self.assertIsNone(process.poll(), f"it ended with {process.returncode}")
            process.terminate()
            self.assertEqual(0, process.wait(TIMEOUT))

    def test_of_a_full_disk_does_not_stop_the_server(self):
        with open("/dev/full", "wb") as full:
            self.serve(full)

    def test_of_a_pipe_without_reader_does_not_stop_the_server(self):
        reader, writer = os.pipe()
        os.close(reader)
        with open(writer, "wb") as pipe:
            self.serve(pipe)


class StartSummary(unittest.TestCase):
    def test_has_address_backend_and_tools(self):
        with Server(settings("echo", "time")) as server:
            server.wait_for_line("config .*toolrack.toml")  # the last line of it
            self.assertIn(f"serving {server.url}", server.log)
            for word in ("env-token", "echo", "time"):
                self.assertIn(word, server.log)

    def test_has_at_most_ten_lines(self):
        with Server(settings("echo", "time")) as server:
            server.wait_for_line("config .*toolrack.toml")
            self.assertLessEqual(len(server.log.splitlines()), 5)  # scripts/run says five more

    def test_check_reports_a_valid_configuration_and_serves_nothing(self):
        with taken_port() as taken:
            port = taken.getsockname()[1]
            with Folder(settings("echo", listen=[f"127.0.0.1:{port}"])) as folder:
                done = toolrack("check", "--config", folder.config, token=new_token())
        self.assertEqual(0, done.returncode, done)
        self.assertTrue(done.stdout + done.stderr)
