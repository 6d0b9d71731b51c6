"""Chinese text cut into words."""

from collections.abc import Sequence


def chinese_words(text: str) -> Sequence[str]:
    """The words of `text` in order, nothing left out."""
    # At the first use: the dictionary takes a second and some megabytes that most processes of leads never need.
    import rjieba

    words: list[str] = rjieba.cut(text)
    return words
