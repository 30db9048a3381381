"""The tokens that the clients of a soak share, each for as long as it counts."""

import random
import threading
import time

FOR_EVER = float("inf")
GRACE = 1.0  # seconds after its end in which a token may still be let in


class Wallet:
    def __init__(self, tokens):
        self._lock = threading.Lock()
        self._ends = dict.fromkeys(tokens, FOR_EVER)  # by wall time, as the list has it

    def any(self):
        now = time.time()
        with self._lock:
            return random.choice([token for token, end in self._ends.items() if end > now])

    def newest(self):
        with self._lock:
            return random.choice([token for token, end in self._ends.items() if end == FOR_EVER])

    def add(self, token):
        with self._lock:
            self._ends[token] = FOR_EVER

    def ends(self, token, when):
        with self._lock:
            self._ends[token] = when

    def must_count(self, token, until):
        """Whether the token counted all the time until then."""
        with self._lock:
            return until < self._ends[token]

    def must_not_count(self, token, since):
        with self._lock:
            return since > self._ends[token] + GRACE
