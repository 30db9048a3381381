"""Real clients: the SDKs that most MCP clients are made of, in both generations and eras."""

import fcntl
import os
import re
import shutil
import subprocess
import unittest

from harness import BUILD, PATIENCE, SOURCE, Served, hostile, plugin, settings

SCRIPTS = SOURCE / "tests" / "e2e" / "clients"
INSTALLED = BUILD / "clients"
CLAIMS = re.findall(r"^    async '([^']+)'", (SCRIPTS / "claims.mjs").read_text(), re.M)


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
            shutil.copy(script, INSTALLED)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        done = subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"],
            cwd=INSTALLED, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode != 0:
            raise AssertionError(f"the SDKs could not be installed:\n{done.stdout}{done.stderr}")
        stamp.write_text(wanted)


class Client(Served):
    config = settings("echo", plugin(hostile("misbehaving")))
    client = None
    oldest_node = 18

    @classmethod
    def setUpClass(cls):
        if node_version() < cls.oldest_node:
            raise unittest.SkipTest(f"needs Node {cls.oldest_node} or newer, with npm")
        install()
        super().setUpClass()

    def run_claim(self, claim):
        done = subprocess.run(
            ["node", "claims.mjs", self.client, claim], cwd=INSTALLED, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=4 * PATIENCE, check=False,
            env={"PATH": os.environ["PATH"], "TOOLRACK_URL": self.server.url, "MCP_AUTH_TOKEN": self.server.token})
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        self.assertNotIn(self.server.token, done.stdout + done.stderr)


class SdkV1(Client):
    client = "v1"


class SdkV2Legacy(Client):
    client = "v2-legacy"
    oldest_node = 20


class SdkV2Auto(Client):
    client = "v2-auto"
    oldest_node = 20


class SdkV2Modern(Client):
    client = "v2-modern"
    oldest_node = 20


def give_claims(*sdks):
    for sdk in sdks:
        for claim in CLAIMS:
            setattr(sdk, "test_" + claim.replace(" ", "_"), lambda self, claim=claim: self.run_claim(claim))


give_claims(SdkV1, SdkV2Legacy, SdkV2Auto, SdkV2Modern)
