"""Dividing text into words, Chinese and English."""

from collections.abc import Sequence


def cut_words(text: str) -> Sequence[str]:
    """The words of the text, in order. The dictionary (some tens of MB) is loaded by the first call of a process."""
    import rjieba

    found: list[str] = rjieba.cut(text)
    return found
