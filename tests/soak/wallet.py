"""The tokens that the clients of a soak share, each for as long as it counts."""

import random
import threading
import time

FOR_EVER = float("inf")
GRACE = 1.0  # seconds after its end in which a token may still be let in


class Wallet:
    def __init__(self, tokens):
        self._lock = threading.Lock()
        # By wall time: until when each counts for sure, and from when on it does not. In between either is right.
        self._counts_until = dict.fromkeys(tokens, FOR_EVER)
        self._is_void_from = dict.fromkeys(tokens, FOR_EVER)

    def any(self):
        now = time.time()
        with self._lock:
            return random.choice([token for token, end in self._counts_until.items() if end > now])

    def newest(self):
        with self._lock:
            return random.choice([token for token, end in self._counts_until.items() if end == FOR_EVER])

    def add(self, token):
        with self._lock:
            self._counts_until[token] = self._is_void_from[token] = FOR_EVER

    def may_end(self, token):
        """From now on, and at a time that is not known yet."""
        with self._lock:
            self._counts_until[token] = time.time()

    def ends(self, token, when):
        with self._lock:
            self._counts_until[token] = min(when, self._counts_until[token])
            self._is_void_from[token] = when + GRACE

    def must_count(self, token, until):
        """Whether the token counted all the time until then."""
        with self._lock:
            return until < self._counts_until[token]

    def must_not_count(self, token, since):
        with self._lock:
            return since > self._is_void_from[token]
