"""What tokens cost: a long list, a check, a revocation. Prints figures; asserts nothing.

usage: TOOLRACK_BUILD=build/release python3 tests/bench/tokens.py [TOKENS]
"""

import hashlib
import http.client
import json
import os
import pathlib
import secrets
import statistics
import string
import subprocess
import sys
import tempfile
import threading
import time
import zlib

BINARY = pathlib.Path(os.environ["TOOLRACK_BUILD"]).resolve() / "bin" / "toolrack"
DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
LIST = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})


def make_token():
    text = "trk_" + "".join(secrets.choice(DIGITS) for _ in range(12)) + "_"
    text += "".join(secrets.choice(DIGITS) for _ in range(43)) + "_"
    left, check = zlib.crc32(text.encode()), ""
    for _ in range(6):
        left, digit = divmod(left, 62)
        check = DIGITS[digit] + check
    return text + check


def entry(token, number):
    digest = hashlib.sha256(b"toolrack-token-v1\0" + token.encode()).hexdigest()
    return (f'\n[[token]]\nid = "{token[4:16]}"\nprincipal = "user{number % 20_000}"\nhash = "sha256:{digest}"\n'
            f'scopes = ["*"]\ncreated = 2026-01-01T00:00:00Z\nexpires = 2100-01-01T00:00:00Z\n'
            f'note = "laptop {number}"\n')


class Server:
    def __init__(self, folder):
        self.list, self.folder = folder / "tokens.toml", folder
        config = folder / "toolrack.toml"
        config.write_text('[server]\nlisten = "127.0.0.1:0"\nthreads = 1\n[auth]\nbackend = "token-file"\n'
                          f'options.path = "{self.list}"\n[[plugin]]\nlibrary = "echo"\n')
        begun = time.monotonic()
        self.process = subprocess.Popen([BINARY, "serve", "--config", config], stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if "serving http://" in line:
                self.port = int(line.rsplit(":", 1)[1].split("/")[0])
                break
        self.started_in = time.monotonic() - begun
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port)

    def status(self, connection, token):
        connection.request("POST", "/mcp", LIST, {"Content-Type": "application/json", "Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def memory(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()


def quantile(values, q):
    return sorted(values)[min(len(values) - 1, int(len(values) * q))]


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    tokens = [make_token() for _ in range(count)]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "tokens.toml").touch(0o600)
        (folder / "tokens.toml").write_text("schema = 1\n" + entry(tokens[0], 0))
        small = Server(folder)
        base, quick = small.memory(), small.started_in
        small.stop()
        (folder / "tokens.toml").write_text("schema = 1\n" + "".join(entry(token, n) for n, token in enumerate(tokens)))
        server = Server(folder)
        print(f"{count} tokens: start {server.started_in - quick:.2f} s and {server.memory() - base:.0f} MB more than with one")

        connection, waits = server.connect(), []
        reload = threading.Thread(target=lambda: os.utime(server.list))
        for number in range(3000):
            if number == 1000:
                reload.start()
            begun = time.perf_counter()
            assert server.status(connection, tokens[number % count]) == 200
            waits.append(time.perf_counter() - begun)
        print(f"requests while the list is read again: p50 {1e6 * statistics.median(waits):.0f} us, "
              f"p99 {1e6 * quantile(waits, .99):.0f} us, longest {1e3 * max(waits):.1f} ms")

        delays = []
        for token in secrets.SystemRandom().sample(tokens, 200):
            subprocess.run([BINARY, "token", "revoke", token[4:16], "--tokens", server.list], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            returned = time.perf_counter()
            while server.status(connection, token) != 401:
                pass
            delays.append(time.perf_counter() - returned)
        print(f"refused after revoke returned: p50 {1e3 * statistics.median(delays):.2f} ms, "
              f"p99 {1e3 * quantile(delays, .99):.2f} ms, longest {1e3 * max(delays):.2f} ms")
        server.stop()


if __name__ == "__main__":
    main()
