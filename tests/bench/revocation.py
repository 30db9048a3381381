"""The time from the return of "toolrack token revoke" until the token is refused and its streams are closed."""

import threading
import time

from figures import quantile, report, report_failures
from harness import modern
from token_file_server import TokenFileServer
from token_list import id_of, make_token, write_list

TRIALS, STREAMS, REVOKED_BEFORE = 300, 20, 20_000


def seconds_to_refusal(fixture, token):
    data = fixture.tools_list_request(token)
    if fixture.server.raw(data).status != 200:
        raise AssertionError("a valid token was refused")
    fixture.run_token_command("revoke", id_of(token))
    returned_at, accepted = time.perf_counter(), 0
    while fixture.server.raw(data).status != 401:
        accepted += 1
    return time.perf_counter() - returned_at if accepted else 0.0


def seconds_to_close(fixture, token):
    """Until the server closes a stream that the token has opened."""
    body, fields = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
    closed_at = []

    def read_to_end(stream):
        for _ in stream:
            pass
        closed_at.append(time.perf_counter())

    with fixture.server.stream(body, fields | {"Accept": "text/event-stream"}, token) as stream:
        stream.next()
        reader = threading.Thread(target=read_to_end, args=(stream,))
        reader.start()
        fixture.run_token_command("revoke", id_of(token))
        returned_at = time.perf_counter()
        reader.join(30)
    return max(0.0, closed_at[0] - returned_at)


def write_revocations(path):
    path.touch(0o640)
    path.write_text("".join(f"2026-11-22T10:00:00Z tok {id_of(make_token())}\n" for _ in range(REVOKED_BEFORE)))


def measure():
    tokens = [make_token() for _ in range(TRIALS + STREAMS)]
    with TokenFileServer() as fixture:
        write_list(fixture.token_list, tokens)
        write_revocations(fixture.folder / "revoked.list")
        fixture.start()
        refusals = [1000 * seconds_to_refusal(fixture, token) for token in tokens[:TRIALS]]
        report(f"revoke returned to refused, p99 of {TRIALS} after {REVOKED_BEFORE:,}", quantile(refusals, .99),
               "ms", 50)
        report("revoke returned to refused, longest", max(refusals), "ms", 1000)
        closes = [1000 * seconds_to_close(fixture, token) for token in tokens[TRIALS:]]
        report(f"revoke returned to stream closed, longest of {STREAMS}", max(closes), "ms", 1000)
        accepted = [token for token in tokens if fixture.server.post({}, token=token).status != 401]
        report_failures("revoked tokens that are still accepted", accepted)
