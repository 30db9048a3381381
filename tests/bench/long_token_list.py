"""A list of 100,000 tokens: start time, memory, and the latency of requests while the server reads the list again."""

import time

from closed_loop_load import ClosedLoopLoad, RepeatedRequest
from figures import quantile, report, report_failures
from token_file_server import TokenFileServer
from token_list import id_of, make_token, prepare_list, write_list

TOKENS = 100_000


def start_seconds(fixture, tokens):
    write_list(fixture.token_list, tokens)
    started_at = time.monotonic()
    fixture.start()
    return time.monotonic() - started_at


def append_revocation(fixture, token):
    """Writes what "toolrack token revoke" writes, without the time in which that command finds the token."""
    with open(fixture.folder / "revoked.list", "a") as file:
        file.write(f"2026-11-22T10:00:00Z tok {id_of(token)}\n")


def seconds_until(fixture, status, token):
    started_at, data = time.monotonic(), fixture.tools_list_request(token)
    while fixture.server.raw(data).status != status:
        time.sleep(0.001)
    return time.monotonic() - started_at


def measure():
    tokens = [make_token() for _ in range(TOKENS)]
    with TokenFileServer() as fixture:
        short = start_seconds(fixture, tokens[:1])
        base = fixture.server.memory()
        fixture.stop()
        long = start_seconds(fixture, tokens)
        report(f"start with {TOKENS:,} tokens, longer than with one by", long - short, "s", 1.5)
        report("memory, more than with one by", fixture.server.memory() - base, "MiB", 60)

        # All lists are prepared first: the load runs in this interpreter, and writing a list would slow it down.
        added = [make_token() for _ in range(5)]
        lists = [prepare_list(fixture.token_list.with_suffix(f".{count}"), tokens + added[:count])
                 for count in range(1, 6)]
        request = fixture.tools_list_request(tokens[7])
        calm, busy = RepeatedRequest(request), RepeatedRequest(request)
        with ClosedLoopLoad(fixture.server.port, calm, connections=2, pause=0.001):
            time.sleep(3)
        refused_after, added_after = [], []
        with ClosedLoopLoad(fixture.server.port, busy, connections=2, pause=0.001):
            for new, revoked, longer_list in zip(added, tokens[8:], lists):
                longer_list.rename(fixture.token_list)
                replaced_at = time.monotonic()
                time.sleep(0.02)  # the server is reading the list now
                append_revocation(fixture, revoked)
                refused_after.append(seconds_until(fixture, 401, revoked))
                seconds_until(fixture, 200, new)
                added_after.append(time.monotonic() - replaced_at)
        report("list replaced to new token accepted, longest of 5", max(added_after), "s", 1.5)
        report("revoked during a read of the list to refused, longest of 5", 1000 * max(refused_after), "ms", 50)
        report("requests while no list is read, p50", 1e6 * quantile(calm.latencies, .5), "us")
        report("requests while no list is read, p99", 1e6 * quantile(calm.latencies, .99), "us")
        report("requests while the list is read, p50", 1e6 * quantile(busy.latencies, .5), "us")
        report("requests while the list is read, p99", 1e6 * quantile(busy.latencies, .99), "us", 5000)
        report_failures("failed requests meanwhile", calm.failures + busy.failures)
        report("memory after five reads, more than with one token by", fixture.server.memory() - base, "MiB", 60)
