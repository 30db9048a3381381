"""How long a token that was revoked goes on being good for anything."""

import threading
import time

from figures import quantile, report, report_none
from harness import modern
from rack import Rack
from token_list import id_of, make_token, write_list

TRIALS, STREAMS, REVOKED_BEFORE = 300, 20, 20_000


def until_refused(rack, token):
    data = rack.list_request(token)
    if rack.server.raw(data).status != 200:
        raise AssertionError("a good token was refused")
    rack.token("revoke", id_of(token))
    returned, too_late = time.perf_counter(), 0
    while rack.server.raw(data).status != 401:
        too_late += 1
    return time.perf_counter() - returned if too_late else 0.0


def stream_ends(rack, token):
    """Seconds from the return of revoke to the end of a stream that the token has opened."""
    body, fields = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
    ended = []

    def listen(stream):
        for _ in stream:
            pass
        ended.append(time.perf_counter())

    with rack.server.stream(body, fields | {"Accept": "text/event-stream"}, token) as stream:
        stream.next()
        listening = threading.Thread(target=listen, args=(stream,))
        listening.start()
        rack.token("revoke", id_of(token))
        returned = time.perf_counter()
        listening.join(30)
    return max(0.0, ended[0] - returned)


def write_revoked(path):
    path.touch(0o640)
    path.write_text("".join(f"2026-11-22T10:00:00Z tok {id_of(make_token())}\n" for _ in range(REVOKED_BEFORE)))


def measure():
    tokens = [make_token() for _ in range(TRIALS + STREAMS)]
    with Rack() as rack:
        write_list(rack.list, tokens)
        write_revoked(rack.folder / "revoked.list")
        rack.start()
        waits = [1000 * until_refused(rack, token) for token in tokens[:TRIALS]]
        report(f"revoke returned to refusal, p99 of {TRIALS} after {REVOKED_BEFORE:,}", quantile(waits, .99), "ms", 50)
        report("revoke returned to refusal, longest", max(waits), "ms", 1000)
        ends = [1000 * stream_ends(rack, token) for token in tokens[TRIALS:]]
        report(f"revoke returned to the end of its stream, longest of {STREAMS}", max(ends), "ms", 1000)
        kept = [token for token in tokens if rack.server.post({}, token=token).status != 401]
        report_none("revoked tokens that are let in afterwards", kept)
