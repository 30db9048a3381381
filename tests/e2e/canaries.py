"""Secrets, and a search for them in every encoding in which they can leak."""

import base64
import pathlib
import urllib.parse

MIN_LENGTH = 8  # characters, so that a match is not by chance


class Canary:
    """A text, and its secret part when the rest is public, such as an id."""

    def __init__(self, kind, text, secret=None):
        self.kind = kind
        self.text = text
        self.secret = secret or text
        self.forms = dict(self._forms())

    def _forms(self):
        for name, text in (("plain text", self.secret), ("upper case", self.secret.upper()),
                           ("reversed", self.secret[::-1])):
            yield name, text
        yield "a prefix", self.secret[:MIN_LENGTH]
        yield "a suffix", self.secret[-MIN_LENGTH:]
        raw = self.secret.encode()
        yield "hex", raw.hex()[:2 * MIN_LENGTH]
        yield "upper-case hex", raw.hex().upper()[:2 * MIN_LENGTH]
        yield "percent-encoding", "".join(f"%{byte:02X}" for byte in raw[:MIN_LENGTH])
        yield "C escapes", "".join(f"\\x{byte:02x}" for byte in raw[:MIN_LENGTH])
        # Base64 depends on the number of bytes before the secret. The first and the last digits contain bits of
        # neighbouring bytes.
        for before in range(3):
            digits = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")[before + 1:-1]
            yield f"base64 after {before}", digits[:12]
            yield f"base64url after {before}", urllib.parse.quote(digits.replace("+", "-").replace("/", "_"))[:12]


class LeakSearch:
    """All canaries, and the places that were searched."""

    def __init__(self, canaries):
        self.canaries = list(canaries)
        self.places = []

    def find_in_text(self, text, where):
        self.places.append(where)
        if isinstance(text, bytes):
            text = text.decode("latin-1")
        return [f"{form} of a {one.kind} in {where}" for one in self.canaries
                for form, shown in one.forms.items() if shown in text]

    def find_in_folder(self, folder, excluded=()):
        """Searches all files below the folder, except `excluded` ones, which contain secrets on purpose."""
        excluded_paths = {pathlib.Path(file).resolve() for file in excluded}
        found = []
        for file in sorted(pathlib.Path(folder).rglob("*")):
            found += self.find_in_text(str(file), "a file's name")
            if file.is_file() and file.resolve() not in excluded_paths:
                found += self.find_in_text(file.read_bytes(), str(file))
        return found
