"""The official TypeScript SDKs, which most MCP clients use, in both generations and eras."""

import filecmp
import fcntl
import os
import re
import shutil
import subprocess
import threading
import unittest

from harness import BUILD, CONFORMANCE_PLUGIN, SOURCE, TIMEOUT, SharedServerTest, hostile, plugin, settings

SCRIPTS = SOURCE / "tests" / "e2e" / "clients"
INSTALLED = BUILD / "clients"


def read_claims():
    """{era: [claim]}, from the tables that each file of claims has for both eras or for one."""
    claims = {"both": [], "legacy": [], "modern": []}
    for script in sorted(SCRIPTS.glob("*.mjs")):
        tables = re.findall(r"^export const (both|legacy|modern) = {\n(.*?)^};", script.read_text(), re.M | re.S)
        for era, table in tables:
            claims[era] += re.findall(r"^    async '([^']+)'", table, re.M)
    assert all(claims.values()), claims
    return claims


def node_version():
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return 0
    return int(subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout[1:].split(".")[0])


def install():
    """The SDKs at the versions that package.json names, once per build folder."""
    INSTALLED.mkdir(exist_ok=True)
    with open(INSTALLED / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (SCRIPTS / "package.json").read_text()
        stamp = INSTALLED / "installed.json"
        for script in SCRIPTS.iterdir():
            copy = INSTALLED / script.name
            # Another client may be reading it.
            if not (copy.exists() and filecmp.cmp(script, copy, shallow=False)):
                shutil.copy(script, copy)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        done = subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"],
            cwd=INSTALLED, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode != 0:
            raise AssertionError(f"the SDKs could not be installed:\n{done.stdout}{done.stderr}")
        stamp.write_text(wanted)


class Runner:
    """A process of one client, which checks claims until one fails."""

    def __init__(self, client, server):
        self._process = subprocess.Popen(
            ["node", "claims.mjs", client], cwd=INSTALLED, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace",
            env={"PATH": os.environ["PATH"], "TOOLRACK_URL": server.url, "MCP_AUTH_TOKEN": server.token})

    def check(self, claim):
        """(whether the claim holds, the output)"""
        late = threading.Timer(4 * TIMEOUT, self._process.kill)
        late.start()
        said = ""
        try:
            self._process.stdin.write(claim + "\n")
            self._process.stdin.flush()
            for line in self._process.stdout:
                if line == "holds\n":
                    return True, said
                said += line
        except BrokenPipeError:
            said += "the client ended before it was asked"
        finally:
            late.cancel()
        return False, said

    def stop(self):
        self._process.kill()
        self._process.communicate()


class Client(SharedServerTest):
    # A page is smaller than any list, and 24 calls may block at once.
    config = settings("echo", plugin(CONFORMANCE_PLUGIN), plugin(hostile("rendezvous"), threads=32),
                      server={"page_size": 3, "drain": "3s"})
    client = None
    era = None
    oldest_node = 18
    runner = None

    @classmethod
    def setUpClass(cls):
        if node_version() < cls.oldest_node:
            raise unittest.SkipTest(f"needs Node {cls.oldest_node} or newer, with npm")
        install()
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        cls.stop_runner()
        super().tearDownClass()

    @classmethod
    def stop_runner(cls):
        if cls.runner:
            cls.runner.stop()
        cls.runner = None

    def run_claim(self, claim):
        cls = type(self)
        cls.runner = cls.runner or Runner(self.client, self.server)
        holds, said = cls.runner.check(claim)
        if not holds:
            cls.stop_runner()
        self.assertTrue(holds, said)
        self.assertNotIn(self.server.token, said)


class SdkV1(Client):
    client = "v1"
    era = "legacy"


class SdkV2Legacy(Client):
    client = "v2-legacy"
    era = "legacy"
    oldest_node = 20


class SdkV2Auto(Client):
    client = "v2-auto"
    era = "modern"
    oldest_node = 20


class SdkV2Modern(Client):
    client = "v2-modern"
    era = "modern"
    oldest_node = 20


def give_claims(*sdks):
    claims = read_claims()
    for sdk in sdks:
        for claim in claims["both"] + claims[sdk.era]:
            setattr(sdk, "test_" + re.sub(r"\W+", "_", claim), lambda self, claim=claim: self.run_claim(claim))


give_claims(SdkV1, SdkV2Legacy, SdkV2Auto, SdkV2Modern)
