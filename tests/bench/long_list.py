"""A list of 100,000 tokens: what it takes to have it, and whether anybody notices when it is read again."""

import time

from figures import quantile, report, report_none
from load import Load, SameAgain
from rack import Rack
from token_list import make_token, prepare_list, write_list

TOKENS = 100_000


def start(rack, tokens):
    write_list(rack.list, tokens)
    begun = time.monotonic()
    rack.start()
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
        taken = []
        with Load(rack.server.port, busy, connections=2, pause=0.001):
            for newcomer, longer in zip(newcomers, lists):
                begun, data = time.monotonic(), rack.list_request(newcomer)
                longer.rename(rack.list)
                while rack.server.raw(data).status != 200:
                    time.sleep(0.005)
                taken.append(time.monotonic() - begun)
        report("list replaced to newcomer let in, longest of 5", max(taken), "s", 1.5)
        report("requests when nothing is read, p50", 1e6 * quantile(calm.seconds, .5), "us")
        report("requests when nothing is read, p99", 1e6 * quantile(calm.seconds, .99), "us")
        report("requests while the list is read, p50", 1e6 * quantile(busy.seconds, .5), "us")
        report("requests while the list is read, p99", 1e6 * quantile(busy.seconds, .99), "us", 5000)
        report_none("requests that failed meanwhile", calm.wrong + busy.wrong)
        report("memory after it was read five times, more than with one by", rack.server.memory() - base, "MiB", 60)
