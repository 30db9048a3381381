"""Secrets to hunt for, in every form in which somebody shows one by mistake."""

import base64
import pathlib
import urllib.parse

SHORTEST = 8  # characters that nobody meets by chance


class Canary:
    """A secret, and what of it is secret when the rest is meant to be seen: an id, a header."""

    def __init__(self, kind, whole, secret=None):
        self.kind = kind
        self.whole = whole
        self.secret = secret or whole
        self.forms = dict(self._forms())

    def _forms(self):
        for name, text in (("whole", self.secret), ("upper case", self.secret.upper()),
                           ("reversed", self.secret[::-1])):
            yield name, text
        yield "a prefix", self.secret[:SHORTEST]
        yield "a suffix", self.secret[-SHORTEST:]
        raw = self.secret.encode()
        yield "hex", raw.hex()[:2 * SHORTEST]
        yield "upper-case hex", raw.hex().upper()[:2 * SHORTEST]
        yield "percent", "".join(f"%{byte:02X}" for byte in raw[:SHORTEST])
        yield "bytes of C", "".join(f"\\x{byte:02x}" for byte in raw[:SHORTEST])
        # Base64 depends on what stands before: nothing, or some of "Bearer trk_...". The digits at both ends
        # hold bits of the neighbours.
        for before in range(3):
            digits = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")[before + 1:-1]
            yield f"base64 after {before}", digits[:12]
            yield f"base64url after {before}", urllib.parse.quote(digits.replace("+", "-").replace("/", "_"))[:12]


class Hunt:
    """All canaries, and where they were looked for."""

    def __init__(self, canaries):
        self.canaries = list(canaries)
        self.places = []

    def sightings(self, text, where):
        self.places.append(where)
        if isinstance(text, bytes):
            text = text.decode("latin-1")
        return [f"{form} of a {one.kind} in {where}" for one in self.canaries
                for form, shown in one.forms.items() if shown in text]

    def in_folder(self, folder, but_for=()):
        """In all that lies below, but for files in which there is a secret on purpose."""
        kept = {pathlib.Path(file).resolve() for file in but_for}
        found = []
        for file in sorted(pathlib.Path(folder).rglob("*")):
            found += self.sightings(str(file), "a file's name")
            if file.is_file() and file.resolve() not in kept:
                found += self.sightings(file.read_bytes(), str(file))
        return found
