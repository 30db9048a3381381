"""The tokens that the clients of a soak share, and the validity of each."""

import random
import threading
import time

NEVER = float("inf")
GRACE = 1.0  # seconds after its expiry or revocation in which a token may still be accepted


class TokenPool:
    """All times are time.time()."""

    def __init__(self, tokens):
        self._lock = threading.Lock()
        # Between the two times, either response is correct.
        self._valid_until = dict.fromkeys(tokens, NEVER)
        self._invalid_from = dict.fromkeys(tokens, NEVER)

    def any_valid(self):
        now = time.time()
        with self._lock:
            return random.choice([token for token, end in self._valid_until.items() if end > now])

    def any_unlimited(self):
        """A token that is neither rotated nor revoked."""
        with self._lock:
            return random.choice([token for token, end in self._valid_until.items() if end == NEVER])

    def add(self, token):
        with self._lock:
            self._valid_until[token] = self._invalid_from[token] = NEVER

    def expect_revocation(self, token):
        """The token is about to be revoked: from now on it may be refused."""
        with self._lock:
            self._valid_until[token] = time.time()

    def set_end(self, token, end):
        with self._lock:
            self._valid_until[token] = min(end, self._valid_until[token])
            self._invalid_from[token] = end + GRACE

    def must_be_accepted(self, token, until):
        """Whether the token was valid all the time until `until`."""
        with self._lock:
            return until < self._valid_until[token]

    def must_be_refused(self, token, since):
        """Whether the token was invalid all the time since `since`."""
        with self._lock:
            return since > self._invalid_from[token]
