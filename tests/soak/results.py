"""The results of a soak: the number of correct responses of each client, and every wrong one."""

import collections
import threading
import time

MOST_PRINTED = 20


class Results:
    def __init__(self):
        self._lock = threading.Lock()
        self.correct = collections.Counter()  # by client
        self.failures = []
        self._crash_periods = []  # [(from, until)] in which a plugin may have crashed

    def add_correct(self, client):
        with self._lock:
            self.correct[client] += 1

    def add_failure(self, client, message):
        line = f"{time.strftime('%T')} {client}: {message}"
        with self._lock:
            self.failures.append(line)
            if len(self.failures) <= MOST_PRINTED:
                print(line, flush=True)

    def allow_crash_errors(self, seconds=2.0):
        """Calls that are in flight around this time may fail, because their plugin crashes."""
        with self._lock:
            self._crash_periods.append((time.monotonic() - seconds, time.monotonic() + seconds))

    def allows_crash_error(self, started_at):
        """Whether a plugin may have crashed between `started_at` and now."""
        now = time.monotonic()
        with self._lock:
            return any(start <= now and started_at <= until for start, until in self._crash_periods)
