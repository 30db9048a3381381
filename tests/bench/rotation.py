"""Tokens that are rotated and configurations that are read again, while clients ask as if nothing happened."""

import random
import threading
import time
from datetime import datetime

from figures import report, report_none
from load import Asked, Load
from rack import Rack
from token_list import id_of

CLIENTS, ROTATIONS, RELOADS = 20, 200, 50
FOR_EVER = float("inf")
GRACE = 1.0  # seconds after the end of its window in which an old token may still be let in


class Mixed:
    """Asks with tokens old and new, and judges each answer by when its token counted."""

    def __init__(self, rack):
        self.rack, self.lock, self.ends, self.requests = rack, threading.Lock(), {}, {}
        self.false_401, self.late_200, self.errors, self.lost = [], [], [], []
        self.with_old = self.refused = 0

    def add(self, token):
        with self.lock:
            self.ends[token] = FOR_EVER
            self.requests[token] = self.rack.list_request(token)

    def replaced(self, token, end):
        with self.lock:
            self.ends[token] = end

    def next(self):
        now = time.time()
        with self.lock:
            for token in [one for one, end in self.ends.items() if end + 2 * GRACE < now]:
                del self.ends[token]
            token = random.choice(list(self.ends))
        return Asked(self.requests[token], token)

    def answered(self, asked):
        # An answer that was under way when the token was rotated is judged by the window that there is now.
        with self.lock:
            end = self.ends.get(asked.about, 0)
        what = (f"{asked.status} for {id_of(asked.about)}, asked {asked.sent - end:+.3f} s from its end: "
                f"{asked.body[:120]}")
        self.with_old += end != FOR_EVER
        if asked.status == 0:
            self.lost.append(what)
        elif asked.status in (401, 429):  # the latter after many of one token in a row
            self.refused += 1
            if asked.answered < end:
                self.false_401.append(what)
        elif asked.status != 200:
            self.errors.append(what)
        elif asked.sent > end + GRACE:
            self.late_200.append(what)


def rotate(rack, script, clients, overlap):
    """The successor of one client's token counts as soon as the command returned."""
    which = random.randrange(len(clients))
    old = clients[which]
    fresh = rack.token("rotate", id_of(old), "--overlap", overlap, "--fd", 1).strip()
    script.add(fresh)
    end = datetime.fromisoformat(rack.listed()[id_of(old)]["expires"]).timestamp()
    script.replaced(old, end)
    clients[which] = fresh


def under_load(rotations, reloads, overlap="2s"):
    """(what the clients saw, the load) of so many rotations and reloads."""
    with Rack() as rack:
        clients = [rack.new_token(f"client{number}") for number in range(CLIENTS)]
        rack.start()
        script = Mixed(rack)
        for token in clients:
            script.add(token)
        with Load(rack.server.port, script, connections=16, pause=0.002) as load:
            for number in range(rotations):
                rotate(rack, script, clients, overlap)
                if number % (rotations // reloads) == 0:
                    rack.reload(*(("echo",) if rack.reloads % 2 else ("echo", "time")))
            time.sleep(4 * GRACE)  # until the last old one is refused
    return script, load


def measure():
    script, load = under_load(ROTATIONS, RELOADS)
    report("requests under way meanwhile", load.answers, "")
    report("of them with a token that had a successor", script.with_old, "")
    report("requests per second", load.answers / load.seconds, "")
    report_none("false 401", script.false_401)
    report_none("5xx or another status", script.errors)
    report_none("connections that were refused, reset or closed", script.lost)
    report_none(f"let in more than {GRACE:.0f} s after the end of its window", script.late_200)
    if not script.refused:
        report_none("old tokens were refused", ["none was ever refused, so nothing was measured"])
