"""Numbers as people write them in notes."""

_DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_WORDS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "twelve": 12}

# Patterns of what `number_of` reads.
CHINESE_NUMBER = r"\d{1,3}|[一二三]?十[一二三四五六七八九]?|[一二两三四五六七八九]"
ENGLISH_NUMBER = rf"\d{{1,3}}|{'|'.join(sorted(_WORDS, key=len, reverse=True))}"


def number_of(text: str) -> int:
    """12, 十二, 二十, 两, two. Raises ValueError for other texts."""
    if text.isdecimal():
        return int(text)
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if "十" in text:
        tens, _, ones = text.partition("十")
        return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)
    if text not in _DIGITS:
        raise ValueError(f"not a number: {text}")
    return _DIGITS[text]
