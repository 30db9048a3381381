"""A list of 100,000 tokens: what it takes to have it, and whether anybody notices when it is read again."""

import time

from figures import quantile, report, report_none
from load import Load, SameAgain
from rack import Rack
from token_list import id_of, make_token, prepare_list, write_list

TOKENS = 100_000


def start(rack, tokens):
    write_list(rack.list, tokens)
    begun = time.monotonic()
    rack.start()
    return time.monotonic() - begun


def revoke(rack, token):
    """As "toolrack token revoke" writes it, without the time that takes to look the token up."""
    with open(rack.folder / "revoked.list", "a") as file:
        file.write(f"2026-11-22T10:00:00Z tok {id_of(token)}\n")


def seconds_until(rack, status, token):
    begun, data = time.monotonic(), rack.list_request(token)
    while rack.server.raw(data).status != status:
        time.sleep(0.001)
    return time.monotonic() - begun


def measure():
    tokens = [make_token() for _ in range(TOKENS)]
    with Rack() as rack:
        quick = start(rack, tokens[:1])
        base = rack.server.memory()
        rack.stop()
        slow = start(rack, tokens)
        report(f"start with {TOKENS:,} tokens, longer than with one by", slow - quick, "s", 1.5)
        report("memory, more than with one by", rack.server.memory() - base, "MiB", 60)

        # A newcomer is let in when the list was read again; all others ask on meanwhile. The lists are made beforehand:
        # what asks and what writes share one interpreter, which would be measured instead.
        newcomers = [make_token() for _ in range(5)]
        lists = [prepare_list(rack.list.with_suffix(f".{count}"), tokens + newcomers[:count]) for count in range(1, 6)]
        calm, busy = SameAgain(rack.list_request(tokens[7])), SameAgain(rack.list_request(tokens[7]))
        with Load(rack.server.port, calm, connections=2, pause=0.001):
            time.sleep(3)
        refused, taken = [], []
        with Load(rack.server.port, busy, connections=2, pause=0.001):
            for newcomer, leaver, longer in zip(newcomers, tokens[8:], lists):
                longer.rename(rack.list)
                replaced = time.monotonic()
                time.sleep(0.02)  # by now it is being read
                revoke(rack, leaver)
                refused.append(seconds_until(rack, 401, leaver))
                seconds_until(rack, 200, newcomer)
                taken.append(time.monotonic() - replaced)
        report("list replaced to newcomer let in, longest of 5", max(taken), "s", 1.5)
        report("revoked while the list is read to refusal, longest of 5", 1000 * max(refused), "ms", 50)
        report("requests when nothing is read, p50", 1e6 * quantile(calm.seconds, .5), "us")
        report("requests when nothing is read, p99", 1e6 * quantile(calm.seconds, .99), "us")
        report("requests while the list is read, p50", 1e6 * quantile(busy.seconds, .5), "us")
        report("requests while the list is read, p99", 1e6 * quantile(busy.seconds, .99), "us", 5000)
        report_none("requests that failed meanwhile", calm.wrong + busy.wrong)
        report("memory after it was read five times, more than with one by", rack.server.memory() - base, "MiB", 60)
