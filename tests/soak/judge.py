"""What a soak found out: answers that were wrong, and how many were right."""

import collections
import threading
import time

MOST_SHOWN = 20


class Judge:
    def __init__(self):
        self._lock = threading.Lock()
        self.right = collections.Counter()  # by who asked
        self.wrong = []
        self.is_over = threading.Event()
        self._excused = []  # [(from, until)] in which a plugin may have died

    def good(self, who):
        with self._lock:
            self.right[who] += 1

    def bad(self, who, what):
        line = f"{time.strftime('%T')} {who}: {what}"
        with self._lock:
            self.wrong.append(line)
            if len(self.wrong) <= MOST_SHOWN:
                print(line, flush=True)

    def a_plugin_dies(self, seconds=2.0):
        """What was asked of a plugin from now on may be answered with an error that says so."""
        with self._lock:
            self._excused.append((time.monotonic() - seconds, time.monotonic() + seconds))

    def is_excused(self, begun):
        """Whether a plugin may have died between then and now."""
        now = time.monotonic()
        with self._lock:
            return any(start <= now and begun <= until for start, until in self._excused)
