"""A note cut into clauses: what is said of one thing at once."""

import re
from dataclasses import dataclass

_END = re.compile(r"[，。；！？;!?\n\r]+|(?<!\bMr)(?<!\bMs)(?<!\bDr)[,.:](?=\s|$)")


@dataclass(frozen=True)
class Clause:
    """A part of a note between two stops; `start` is its place in the note."""

    text: str
    start: int


def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses in order, without those that say nothing."""
    found: list[Clause] = []
    start = 0
    for stop in (*((match.start(), match.end()) for match in _END.finditer(text)), (len(text), len(text))):
        piece = text[start : stop[0]]
        if words := piece.strip():
            found.append(Clause(words, start + len(piece) - len(piece.lstrip())))
        start = stop[1]
    return tuple(found)


def literal_sentence(text: str, limit: int) -> str:
    """The first sentence of a note that says something, as it was written, at most `limit` characters."""
    for sentence in re.split(r"(?<=[。！？!?])|(?<=\.)\s|\n", text):
        if words := sentence.strip():
            return words[:limit]
    return ""
