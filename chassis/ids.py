"""Identifiers: sortable new ones, and derived ones that make a repeated delivery write the same document."""

import base64
import hashlib

from ulid import ULID

_LENGTH = 26  # as long as a ULID, so that both kinds fit the same fields


def new_id() -> str:
    """A ULID: 26 characters, sortable by the (real) time of its making."""
    return str(ULID())


def derived_id(*parts: str | int) -> str:
    """The same 26 characters for the same parts, for upserts that must not double.

    The parts are kept apart by their lengths, so that ("ab", "c") and ("a", "bc") differ.
    """
    digest = hashlib.sha256()
    for part in map(str, parts):
        digest.update(f"{len(part)}:{part}".encode())
    return base64.b32encode(digest.digest())[:_LENGTH].decode()
