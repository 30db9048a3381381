"""Tokens and token lists in the form that "toolrack token" writes, made in bulk."""

import hashlib
import secrets
import string
import zlib

HEADING = '# Written by "toolrack token". A token cannot be read out of this list.\nschema = 1\n'
DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase


def make_token():
    text = "trk_" + "".join(secrets.choice(DIGITS) for _ in range(12)) + "_"
    text += "".join(secrets.choice(DIGITS) for _ in range(43)) + "_"
    rest, checksum = zlib.crc32(text.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        checksum = DIGITS[digit] + checksum
    return text + checksum


def id_of(token):
    return token[4:16]


def entry(token, number):
    digest = hashlib.sha256(b"toolrack-token-v1\0" + token.encode()).hexdigest()
    return (f'\n[[token]]\nid = "{id_of(token)}"\nprincipal = "user{number % 20_000}"\nhash = "sha256:{digest}"\n'
            f'scopes = ["*"]\ncreated = 2026-01-01T00:00:00Z\nexpires = 2100-01-01T00:00:00Z\n'
            f'note = "laptop {number}"\n')


def prepare_list(path, tokens):
    path.touch(0o600)
    path.write_text(HEADING + "".join(entry(token, number) for number, token in enumerate(tokens)))
    return path


def write_list(path, tokens):
    prepare_list(path.with_suffix(".next"), tokens).rename(path)
