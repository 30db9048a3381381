"""Token rotations and configuration reloads under load: no client with a valid token may notice them."""

import random
import threading
import time
from datetime import datetime

from closed_loop_load import ClosedLoopLoad, Request
from figures import report, report_failures
from token_file_server import TokenFileServer
from token_list import id_of

CLIENTS, ROTATIONS, RELOADS = 20, 200, 50
NEVER = float("inf")
GRACE = 1.0  # seconds after its expiry in which a token may still be accepted


class RotatedTokens:
    """A workload: requests with current and with rotated tokens. Sorts the responses by the expiry of the token."""

    def __init__(self, fixture):
        self.fixture, self.lock, self.expiries, self.requests = fixture, threading.Lock(), {}, {}
        self.false_401, self.late_200, self.errors, self.lost = [], [], [], []
        self.with_rotated_token = self.refused = 0
        self.rotating, self.undecided = set(), []

    def add(self, token):
        with self.lock:
            self.expiries[token] = NEVER
            self.requests[token] = self.fixture.tools_list_request(token)

    def start_rotation(self, token):
        """From now on the token may have an expiry that is not known yet: its responses wait for expire()."""
        with self.lock:
            self.rotating.add(token)

    def expire(self, token, expiry):
        with self.lock:
            self.expiries[token] = expiry
            self.rotating.discard(token)
            waiting = [request for request in self.undecided if request.token == token]
            self.undecided = [request for request in self.undecided if request.token != token]
        for request in waiting:
            self.sort(request, expiry)

    def next_request(self):
        now = time.time()
        with self.lock:
            for token in [token for token, expiry in self.expiries.items() if expiry + 2 * GRACE < now]:
                del self.expiries[token]
            token = random.choice(list(self.expiries))
        return Request(self.requests[token], token)

    def record(self, request):
        # A token may be rotated while its request is in flight; the expiry at the time of the response counts.
        with self.lock:
            if request.token in self.rotating:
                self.undecided.append(request)
                return
            expiry = self.expiries.get(request.token, 0)
        self.sort(request, expiry)

    def sort(self, request, expiry):
        line = (f"{request.status} for {id_of(request.token)}, sent {request.sent_at - expiry:+.3f} s from its expiry: "
                f"{request.body[:120]}")
        self.with_rotated_token += expiry != NEVER
        if request.status == 0:
            self.lost.append(line)
        elif request.status in (401, 429):  # 429 after many refusals of one token in a row
            self.refused += 1
            if request.answered_at < expiry:
                self.false_401.append(line)
        elif request.status != 200:
            self.errors.append(line)
        elif request.sent_at > expiry + GRACE:
            self.late_200.append(line)


def rotate(fixture, workload, tokens, overlap):
    """Rotates one of the tokens. The new one is used as soon as the command returns."""
    index = random.randrange(len(tokens))
    old = tokens[index]
    workload.start_rotation(old)
    new = fixture.run_token_command("rotate", id_of(old), "--overlap", overlap, "--fd", 1).strip()
    workload.add(new)
    workload.expire(old, datetime.fromisoformat(fixture.tokens_by_id()[id_of(old)]["expires"]).timestamp())
    tokens[index] = new


def under_load(rotations, reloads, overlap="2s"):
    """Returns (the workload, the load) after so many rotations and reloads."""
    with TokenFileServer() as fixture:
        tokens = [fixture.new_token(f"client{number}") for number in range(CLIENTS)]
        fixture.start()
        workload = RotatedTokens(fixture)
        for token in tokens:
            workload.add(token)
        with ClosedLoopLoad(fixture.server.port, workload, connections=16, pause=0.002) as load:
            for number in range(rotations):
                rotate(fixture, workload, tokens, overlap)
                if number % (rotations // reloads) == 0:
                    fixture.reload(*(("echo",) if fixture.reloads % 2 else ("echo", "time")))
            time.sleep(4 * GRACE)  # until the last rotated token is refused
    return workload, load


def measure():
    workload, load = under_load(ROTATIONS, RELOADS)
    report("requests", load.responses, "")
    report("requests with a rotated token", workload.with_rotated_token, "")
    report("requests per second", load.responses / load.seconds, "")
    report_failures("401 for a valid token", workload.false_401)
    report_failures("other statuses than 200, 401 and 429", workload.errors)
    report_failures("connections refused, reset or closed", workload.lost)
    report_failures(f"accepted more than {GRACE:.0f} s after the expiry", workload.late_200)
    if not workload.refused:
        report_failures("rotated tokens are refused", ["no rotated token was refused, so the test proved nothing"])
