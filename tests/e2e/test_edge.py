"""Socket activation, sd_notify(3), slow clients, exhausted descriptors and the shutdown."""

import os
import pathlib
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from harness import (BINARY, BUILD, META, SOURCE, TIMEOUT, Closed, Folder, Server, SharedServerTest, Stream, hostile,
                     modern, new_token, plugin, rpc, settings, toolrack, wait_until)

CONFIGURATION = 78
LIST = rpc("tools/list")


def listening(family=socket.AF_INET, address=("127.0.0.1", 0)):
    """What a supervisor keeps."""
    made = socket.socket(family)
    made.bind(address)
    made.listen(100)
    return made


def named(one):
    host, port = one.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class InheritedSockets(unittest.TestCase):
    """Socket activation, as sd_listen_fds(3) has it."""

    def setUp(self):
        self.socket = listening()
        self.addCleanup(self.socket.close)
        self.config = settings("echo", listen=[named(self.socket)])

    def refused(self, sockets, config=None, **more):
        with Folder(config or self.config) as folder:
            done = toolrack("serve", "--config", folder.config, token=new_token(), sockets=sockets, **more)
        self.assertEqual(CONFIGURATION, done.returncode, done)
        return done.stderr

    def test_an_inherited_socket_is_served(self):
        with Server(self.config, sockets=[self.socket]) as server:
            self.assertEqual(self.socket.getsockname(), server.addresses[0])
            self.assertEqual(200, server.post(LIST).status)
            self.assertNotIn("No inherited socket is bound to", server.log)

    def test_a_client_that_connects_between_two_servers_waits_for_the_second(self):
        with Server(self.config, sockets=[self.socket]) as first:
            self.assertEqual(200, first.post(LIST).status)
            token = first.token
            waiting = socket.create_connection(self.socket.getsockname())
            waiting.close()
        between = [first.connect() for _ in range(20)]
        for connection in between:
            connection.send(first.request(body=LIST))
        with Server(self.config, token=token, sockets=[self.socket]):
            for connection in between:
                self.assertEqual(200, connection.read_response().status)
                connection.close()

    def test_several_sockets_are_served(self):
        with Folder() as folder:
            path = str(folder.path / "mcp.sock")
            unix, six = listening(socket.AF_UNIX, path), listening(socket.AF_INET6, ("::1", 0))
            self.addCleanup(unix.close)
            self.addCleanup(six.close)
            config = settings("echo", listen=["unix:" + path, named(self.socket), named(six)])
            # In another order than they are named in.
            with Server(config, ready=3, sockets=[six, unix, self.socket], LISTEN_FDNAMES="six:unix:web") as server:
                for address in server.addresses:
                    host = named(self.socket) if isinstance(address, str) else (
                        f"[{address[0]}]:{address[1]}" if ":" in address[0] else f"{address[0]}:{address[1]}")
                    self.assertEqual(200, server.send(body=LIST, fields={"Host": host}, address=address).status,
                                     address)
            self.assertTrue(os.path.exists(path), "the file belongs to whoever made it")

    def test_an_address_without_an_inherited_socket_is_opened(self):
        config = settings("echo", listen=[named(self.socket), "127.0.0.1:0"])
        with Server(config, ready=2, sockets=[self.socket]) as server:
            for address in server.addresses:
                host = f"{address[0]}:{address[1]}"
                self.assertEqual(200, server.send(body=LIST, fields={"Host": host}, address=address).status)
            self.assertIn("No inherited socket is bound to 127.0.0.1:0", server.log)

    def test_sockets_for_another_process_are_not_used(self):
        config = settings("echo", listen=["127.0.0.1:0"])
        with Server(config, sockets=[self.socket], LISTEN_PID="1") as server:
            self.assertNotEqual(self.socket.getsockname(), server.addresses[0])
            self.assertIn("LISTEN_PID is 1, but this is process", server.log)
            self.assertEqual(200, server.post(LIST).status)

    def test_an_invalid_listen_fds_is_refused(self):
        for number in ("2", "1000", "99999999999"):
            with self.subTest(number):
                self.assertIn("is not open", self.refused([self.socket], LISTEN_FDS=number))
        for number in ("-1", "one", "1 ", "0x1", "99999999999999999999999"):
            with self.subTest(number):
                said = self.refused([self.socket], LISTEN_FDS=number)
                self.assertIn(f'LISTEN_FDS is "{number}", which is not a number', said)

    def test_listen_fdnames_must_name_every_socket(self):
        for names in ("a:b", "a::"):
            with self.subTest(names):
                self.assertIn("LISTEN_FDNAMES has", self.refused([self.socket], LISTEN_FDNAMES=names))

    def test_a_descriptor_that_does_not_listen_is_refused_by_name(self):
        silent = socket.socket()
        datagrams = socket.socket(type=socket.SOCK_DGRAM)
        connected, other_end = socket.socketpair()
        for one in (silent, datagrams, connected, other_end):
            self.addCleanup(one.close)
        silent.bind(("127.0.0.1", 0))
        with tempfile.TemporaryFile() as file:
            for given, why in ((silent, "is not a listening socket"), (datagrams, "is not a stream socket"),
                               (connected, "is not a listening socket"), (file, "is not a socket")):
                with self.subTest(why):
                    said = self.refused([self.socket, given], LISTEN_FDNAMES="web:odd\nname")
                    self.assertIn("(descriptor 4 of LISTEN_FDS) " + why, said)
                    self.assertNotIn("odd\nname", said)

    def test_a_socket_that_server_listen_does_not_name_is_refused(self):
        other = listening()
        self.addCleanup(other.close)
        said = self.refused([other], LISTEN_FDNAMES="web")
        self.assertIn(f'The socket "web" (descriptor 3 of LISTEN_FDS) listens on {named(other)}', said)
        self.assertIn("server.listen", said)
        abstract = listening(socket.AF_UNIX, "\0toolrack-" + new_token())
        self.addCleanup(abstract.close)
        self.assertIn("listens on unix:@toolrack-", self.refused([abstract]))

    def test_the_same_socket_twice_is_refused(self):
        self.assertIn("no entry of its own", self.refused([self.socket, self.socket]))


class Supervisor:
    """A receiver of sd_notify(3) messages."""

    def __init__(self, name=None):
        self._folder = tempfile.TemporaryDirectory(prefix="toolrack-e2e-")
        self.name = name or str(pathlib.Path(self._folder.name) / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.name.replace("@", "\0", 1))
        self.socket.settimeout(TIMEOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self._folder.cleanup()

    def next(self, but=()):
        """The next message, except the variables in `but` and STATUS."""
        while True:
            said = self.socket.recv(4096).decode().split("\n")
            if said[0] not in but and not said[0].startswith("STATUS="):
                return said

    def next_status(self):
        """The next STATUS."""
        while True:
            said = self.socket.recv(4096).decode()
            if said.startswith("STATUS="):
                return said.removeprefix("STATUS=")

    def forget(self):
        """Discards the messages until now."""
        while not self.is_silent(0):
            self.socket.recv(4096)

    def is_silent(self, seconds):
        return not select.select([self.socket], [], [], seconds)[0]


class SdNotify(unittest.TestCase):
    def test_ready_reloading_and_stopping_are_sent(self):
        for name in (None, "@toolrack-" + new_token()):
            with self.subTest(name), Supervisor(name) as supervisor:
                with Server(settings("echo"), NOTIFY_SOCKET=supervisor.name) as server:
                    self.assertEqual(["READY=1"], supervisor.next())
                    self.assertEqual(200, server.post(LIST).status)
                    before = time.clock_gettime(time.CLOCK_MONOTONIC)
                    server.signal(signal.SIGHUP)
                    said, when = supervisor.next()
                    self.assertEqual("RELOADING=1", said)
                    self.assertGreaterEqual(int(when.removeprefix("MONOTONIC_USEC=")), int(before * 1e6))
                    self.assertEqual(["READY=1"], supervisor.next())
                self.assertEqual(["STOPPING=1"], supervisor.next())

    def test_ready_is_sent_after_a_failed_reload_too(self):
        with Supervisor() as supervisor, Server(settings("echo"), NOTIFY_SOCKET=supervisor.name) as server:
            self.assertEqual(["READY=1"], supervisor.next())
            (server.folder / "toolrack.toml").write_text("nonsense")
            server.signal(signal.SIGHUP)
            self.assertEqual("RELOADING=1", supervisor.next()[0])
            self.assertEqual(["READY=1"], supervisor.next())
            server.wait_for_line("nothing changed")

    def test_every_reload_is_reported(self):
        with tempfile.TemporaryDirectory(prefix="toolrack-e2e-notify-") as name, Supervisor() as supervisor:
            folder = pathlib.Path(name)
            config = settings("echo", directories=[name])
            with Server(config, NOTIFY_SOCKET=supervisor.name, XDG_RUNTIME_DIR=name) as server:
                self.assertEqual(["READY=1"], supervisor.next())
                done = toolrack("reload", "--config", server.folder / "toolrack.toml", XDG_RUNTIME_DIR=name)
                self.assertEqual(0, done.returncode, done)
                self.assertEqual("RELOADING=1", supervisor.next()[0])
                self.assertEqual(["READY=1"], supervisor.next())
                shutil.copy(BUILD / "lib/toolrack/plugins/time.so", folder / "time.so")
                self.assertEqual("RELOADING=1", supervisor.next()[0])
                self.assertEqual(["READY=1"], supervisor.next())
                self.assertIn("current_time", server.tool_names())

    def test_the_watchdog_is_notified_in_time(self):
        with Supervisor() as supervisor:
            with Server(settings("echo"), NOTIFY_SOCKET=supervisor.name, WATCHDOG_USEC="150000") as server:
                self.assertEqual(["READY=1"], supervisor.next())
                for _ in range(5):
                    self.assertEqual(["WATCHDOG=1"], supervisor.next())
                self.assertEqual(200, server.post(LIST).status)

    def test_the_watchdog_of_another_process_is_not_notified(self):
        with Supervisor() as supervisor:
            with Server(settings("echo"), NOTIFY_SOCKET=supervisor.name, WATCHDOG_USEC="1000",
                        WATCHDOG_PID="1") as server:
                self.assertEqual(["READY=1"], supervisor.next())
                self.assertEqual(200, server.post(LIST).status)
                server.signal(signal.SIGHUP)
                self.assertEqual("RELOADING=1", supervisor.next()[0])

    # CONTRACT.md, P6.
    def test_the_watchdog_is_not_notified_while_an_io_thread_is_blocked(self):
        """Then the supervisor's patience ends, which is what a watchdog is for."""
        with Supervisor() as supervisor:
            config = settings(plugin(hostile("misbehaving"), isolation="host"), server={"threads": 2})
            with Server(config, NOTIFY_SOCKET=supervisor.name, WATCHDOG_USEC="150000") as server:
                self.assertEqual(["WATCHDOG=1"], supervisor.next(but=("READY=1",)))
                with server.connect() as connection:
                    connection.send(server.request(
                        body=rpc("tools/call", {"name": "blocks", "arguments": {"ms": 9000}})))
                    server.wait_for_line("1 of 2 I/O threads have been blocked")
                    supervisor.forget()
                    self.assertTrue(supervisor.is_silent(0.5))
                    self.assertEqual(200, connection.read_response().status)
                self.assertEqual(["WATCHDOG=1"], supervisor.next())
                server.wait_for_line("No I/O thread is blocked any more")

    def test_an_unreachable_notify_socket_does_not_prevent_service(self):
        for name in ("/nonexistent/notify", "relative", "@" + "x" * 200):
            with self.subTest(name), Server(settings("echo"), NOTIFY_SOCKET=name) as server:
                self.assertEqual(200, server.post(LIST).status)
                self.assertIn("NOTIFY_SOCKET", server.log)

    def test_an_invalid_watchdog_interval_is_refused(self):
        for patience in ("0", "soon", "-1"):
            with self.subTest(patience), Folder(settings("echo")) as folder:
                done = toolrack("serve", "--config", folder.config, token=new_token(), WATCHDOG_USEC=patience)
                self.assertEqual(CONFIGURATION, done.returncode, done)
                self.assertIn("WATCHDOG_USEC", done.stderr)


class SlowTransfers(SharedServerTest):
    config = settings("echo", plugin(hostile("misbehaving")), limits={"head_timeout": "1s", "write_timeout": "1s"})

    def test_a_body_below_the_minimum_rate_is_aborted(self):
        """A few bytes at a time, none of them late by itself."""
        for more in ({"Content-Length": "1000"}, {"Content-Length": "1000000"}, {"Transfer-Encoding": "chunked"}):
            with self.subTest(more), self.server.connect() as connection:
                connection.send(self.server.request(fields=more))
                for _ in range(200):
                    connection.send(b"1\r\n \r\n" if "chunked" in more.values() else b" ")
                    if not connection.is_silent(0.05):
                        break
                else:
                    self.fail("ten seconds later it still waits")
                self.assertEqual(408, connection.read_response().status)
                self.assertTrue(connection.is_closed())

    def test_a_fast_start_does_not_excuse_a_slow_rest(self):
        with self.server.connect() as connection:
            connection.send(self.server.request(fields={"Content-Length": "2000000"}, body=b" " * 1_000_000))
            for _ in range(200):
                connection.send(b" ")
                if not connection.is_silent(0.05):
                    break
            else:
                self.fail("ten seconds later it still waits")
            self.assertEqual(408, connection.read_response().status)

    def test_a_response_that_is_read_byte_by_byte_is_aborted(self):
        before = self.server.open_files()
        connection = self.server.connect()
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.send(self.server.request(body=rpc(
            "tools/call", {"name": "answers_huge", "arguments": {"bytes": 15_000_000}})))

        def is_left():
            connection.socket.recv(1)
            return self.server.open_files() <= before

        self.assertTrue(wait_until(is_left))
        connection.close()
        self.assert_serves()


# UBSan opens a pipe to look at an object's type, and takes it for a bad one when there is none to be had.
CHECKS_TYPES = "undefined" in (BUILD / "CMakeCache.txt").read_text().partition(
    "TOOLRACK_SANITIZE:")[2].partition("\n")[0]


@unittest.skipIf(CHECKS_TYPES, "without descriptors UBSan finds faults that there are not; the release build is tested")
class DescriptorExhaustion(SharedServerTest):
    def setUp(self):
        try:
            self.limit = resource.prlimit(self.server.pid, resource.RLIMIT_NOFILE)
            self.folder = f"/proc/{self.server.pid}/fd"
            os.listdir(self.folder)
        except PermissionError:
            self.skipTest("only root may see and change the limits of a running server")

    def limit_to(self, files):
        resource.prlimit(self.server.pid, resource.RLIMIT_NOFILE, (files, self.limit[1]))

    def ask(self):
        with self.server.connect() as connection:
            connection.send(self.server.request(body=LIST))
            try:
                return connection.read_response().status
            except Closed:
                return None

    def cpu_seconds(self):
        with open(f"/proc/{self.server.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_raises_its_soft_limit_to_the_hard_one(self):
        self.assertEqual(self.limit[1], self.limit[0])

    def test_new_clients_get_503_and_existing_ones_are_served(self):
        pid = self.server.pid
        with self.server.connect() as inside:
            inside.send(self.server.request(body=LIST))
            self.assertEqual(200, inside.read_response().status)
            for _ in range(3):
                # Waiting clients soon take all descriptors below the limit.
                self.limit_to(max(map(int, os.listdir(self.folder))) + 1)
                waiting = [self.server.connect() for _ in range(20)]
                try:
                    self.assertEqual(503, self.ask())
                    used = self.cpu_seconds()
                    begun = time.monotonic()
                    inside.send(self.server.request(body=LIST))
                    self.assertEqual(200, inside.read_response().status)
                    time.sleep(1)  # how long is measured, not waited for: a server that spins uses all of it
                    self.assertLess(self.cpu_seconds() - used, (time.monotonic() - begun) / 4)
                finally:
                    self.limit_to(self.limit[0])
                self.assertTrue(wait_until(lambda: self.ask() == 200))
                for connection in waiting:
                    connection.close()
        self.assertEqual(pid, self.server.pid)
        self.server.wait_for_line("Out of file descriptors")

    def test_a_limit_below_the_permitted_connections_is_a_warning_at_start(self):
        with Folder(settings("echo", limits={"connections": 900_000}, listen=["127.0.0.1:0"])) as folder:
            few = (f"import os, resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (400, 400)); "
                   f"os.execv(sys.argv[1], sys.argv[1:])")
            process = subprocess.Popen([sys.executable, "-c", few, BINARY, "serve", "--config", folder.config],
                                       env={**os.environ, "MCP_AUTH_TOKEN": new_token()}, stdin=subprocess.DEVNULL,
                                       stderr=subprocess.PIPE, text=True)
            lines = []
            for line in process.stderr:
                lines.append(line)
                if "config " in line:
                    break
            process.terminate()
            process.communicate(timeout=TIMEOUT)
            said = "".join(lines)
            self.assertIn("limits.connections is 900000, but this process may open only 400 files", said)
            self.assertIn("LimitNOFILE=", said)


class Shutdown(unittest.TestCase):
    def slow_call(self, server, milliseconds, tool="slow"):
        connection = server.connect()
        connection.send(server.request(body=rpc("tools/call", {"name": tool, "arguments": {"ms": milliseconds}})))
        return connection

    def test_requests_in_flight_are_answered(self):
        with Server(settings(plugin(hostile("misbehaving")))) as server:
            message, fields = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}}, "ear")
            stream = Stream(server, server.request(body=message, fields=fields))
            self.assertEqual("notifications/subscriptions/acknowledged", stream.next()["method"])
            call = self.slow_call(server, 3000)
            self.assertTrue(call.is_silent(0.5))
            server.signal()
            self.assertEqual({"resultType": "complete", "_meta": {META + "subscriptionId": "ear"}},
                             stream.next()["result"])
            self.assertIsNone(stream.next())
            answer = call.read_response()
            self.assertEqual("slept", answer.text)
            self.assertEqual("close", answer.field("Connection"))
            self.assertTrue(call.is_closed())
            server.stop()
            self.assertNotIn("connections closed", server.log)
            stream.close()
            call.close()

    def test_a_request_that_arrives_with_the_signal_is_answered(self):
        """On a connection that was used and is idle: its client cannot know yet that it will end."""
        with Server(settings("echo")) as server:
            connections = [server.connect() for _ in range(10)]
            for connection in connections:
                connection.send(server.request(body=LIST))
                self.assertEqual(200, connection.read_response().status)
            server.signal(signal.SIGSTOP)
            server.signal(signal.SIGTERM)
            for connection in connections:
                connection.send(server.request(body=LIST))
            server.signal(signal.SIGCONT)
            for connection in connections:
                answer = connection.read_response()
                self.assertEqual(200, answer.status)
                self.assertTrue(connection.is_closed())
                connection.close()

    def test_connections_in_the_backlog_are_accepted(self):
        with Server(settings("echo")) as server:
            server.signal(signal.SIGSTOP)
            connections = [server.connect() for _ in range(10)]
            for connection in connections:
                connection.send(server.request(body=LIST))
            server.signal(signal.SIGTERM)
            server.signal(signal.SIGCONT)
            for connection in connections:
                self.assertEqual(200, connection.read_response().status)
                connection.close()

    def test_connections_that_exceed_the_drain_time_are_closed_and_logged(self):
        with Server(settings(plugin(hostile("misbehaving")), server={"drain": "100ms"})) as server:
            call = self.slow_call(server, 25_000)
            half = server.connect()
            half.send(server.request(body=LIST)[:-1])
            self.assertTrue(call.is_silent(0.5))
            server.signal()
            answer = call.read_response()
            self.assertEqual((200, -32603), (answer.status, answer.code), answer)
            self.assertTrue(call.is_closed())
            call.close()
            self.assertTrue(half.is_closed())
            half.close()
            server.stop()
            self.assertRegex(server.log, r"calls aborted because they did not end within server.drain: 1\n")
            self.assertRegex(server.log, r"connections closed because they did not end within server.drain: 1$")

    def test_a_second_signal_does_not_wait_for_plugins(self):
        """The second one comes while the requests have been cut off and a plugin has five seconds to let go."""
        config = settings(plugin(hostile("misbehaving"), isolation="host"), server={"drain": "100ms"})
        with Server(config) as server:
            call = self.slow_call(server, 25_000, "deaf")
            self.assertTrue(call.is_silent(0.5))
            server.signal()
            server.wait_for_line("connections closed")
            begun = time.monotonic()
            server.signal(signal.SIGINT)
            server.stop()
            self.assertLess(time.monotonic() - begun, 4)
            call.close()

    def test_a_reload_signal_is_not_a_second_stop_signal(self):
        with Server(settings(plugin(hostile("misbehaving")))) as server:
            call = self.slow_call(server, 2000)
            self.assertTrue(call.is_silent(0.5))
            server.signal()
            server.wait_for_line("stopping")
            server.signal(signal.SIGHUP)
            self.assertEqual("slept", call.read_response().text)
            call.close()


class RefusedRequests(unittest.TestCase):
    def test_many_of_every_kind_leak_nothing(self):
        """The figures are for a million of each: see the program."""
        program = SOURCE / "tests" / "bench" / "refusals.py"
        done = subprocess.run([sys.executable, program, "300"], capture_output=True, text=True, timeout=4 * TIMEOUT,
                              env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, check=False)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        self.assertEqual(7, done.stdout.count("pass"), done.stdout)
