"""Sentences that share their words: TF-IDF, cosine, and merging of what is nearest (average link)."""

import heapq
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

# Two clusters merge while their sentences are at least this much alike on average (cosine, 0 to 1).
ALIKE = 0.16
TITLE_WORDS = 3
_WORD = re.compile(r"[a-z][a-z]+|[㐀-鿿]{2,}")
_ENDINGS = re.compile(r"(?:ing|ers?|ed|es|s|ly)$")
_STEM_LEAST = 4
_COMMON = frozenset(
    {
        "of",
        "on",
        "in",
        "at",
        "to",
        "an",
        "as",
        "by",
        "if",
        "no",
        "my",
        "me",
        "so",
        "up",
        "one",
        "two",
        "our",
        "us",
        "second",
        "without",
        "instead",
        "came",
        "always",
        "每个",
        "一样",
        "很快",
        "经常",
        "不能",
        "哪个",
        "the",
        "and",
        "for",
        "with",
        "that",
        "this",
        "from",
        "have",
        "has",
        "had",
        "are",
        "was",
        "were",
        "been",
        "your",
        "their",
        "you",
        "they",
        "them",
        "but",
        "not",
        "can",
        "could",
        "would",
        "should",
        "will",
        "very",
        "too",
        "just",
        "more",
        "than",
        "what",
        "when",
        "where",
        "which",
        "who",
        "how",
        "all",
        "any",
        "some",
        "also",
        "about",
        "into",
        "out",
        "over",
        "we",
        "it",
        "its",
        "is",
        "be",
        "do",
        "does",
        "did",
        "get",
        "got",
        "there",
        "here",
        "please",
        "need",
        "needs",
        "want",
        "wants",
        "like",
        "really",
        "still",
        "only",
        "every",
        "我们",
        "你们",
        "他们",
        "这个",
        "那个",
        "就是",
        "还是",
        "但是",
        "因为",
        "所以",
        "如果",
        "可以",
        "没有",
        "一个",
        "一下",
        "一些",
        "什么",
        "怎么",
        "现在",
        "已经",
        "希望",
        "觉得",
        "需要",
        "应该",
        "比较",
        "非常",
        "以后",
        "之前",
        "时候",
        "今年",
        "去年",
        "每次",
        "有点",
        "能不能",
        "是不是",
        "有没有",
        "大家",
        "最近",
        "一直",
        "自己",
        "问题",
        "公司",
        "客户",
    }
)

Vector = Mapping[str, float]


def shared_words(cut_words: Iterable[str]) -> Iterator[str]:
    """The words that say what a sentence is about: no common ones, English ones without their ending."""
    for word in cut_words:
        if _WORD.fullmatch(word) and word not in _COMMON:
            yield _stem(word) if word.isascii() else word


def clustered(bags: Sequence[Counter[str]]) -> list[tuple[list[int], list[str]]]:
    """The clusters as places in `bags`, each with the words that weigh most in it, ordered by their first place."""
    vectors = _tf_idf(bags)
    members = {place: [place] for place in range(len(bags))}
    alike: dict[int, dict[int, float]] = {place: {} for place in members}
    heap: list[tuple[float, int, int]] = []
    for first in range(len(bags)):
        for second in range(first + 1, len(bags)):
            if likeness := _cosine(vectors[first], vectors[second]):
                alike[first][second] = alike[second][first] = likeness
                heapq.heappush(heap, (-likeness, first, second))
    following = len(bags)
    while heap and -heap[0][0] >= ALIKE:
        _, first, second = heapq.heappop(heap)
        if first in members and second in members:
            _merge(first, second, following, members, alike, heap)
            following += 1
    return [(places, _top_words(places, vectors)) for places in sorted(sorted(each) for each in members.values())]


def _merge(
    first: int,
    second: int,
    merged: int,
    members: dict[int, list[int]],
    alike: dict[int, dict[int, float]],
    heap: list[tuple[float, int, int]],
) -> None:
    """Replace two clusters by one; its likeness to each other is the average over the sentences."""
    sizes = len(members[first]), len(members[second])
    near = alike.pop(first), alike.pop(second)
    members[merged] = members.pop(first) + members.pop(second)
    alike[merged] = {}
    for other in sorted(members.keys() & (near[0].keys() | near[1].keys())):
        likeness = (sizes[0] * near[0].get(other, 0.0) + sizes[1] * near[1].get(other, 0.0)) / sum(sizes)
        alike[merged][other] = alike[other][merged] = likeness
        heapq.heappush(heap, (-likeness, other, merged))


def _tf_idf(bags: Sequence[Counter[str]]) -> list[Vector]:
    """Vectors of length 1."""
    seen = Counter(word for bag in bags for word in bag)
    weight = {word: math.log((1 + len(bags)) / (1 + count)) + 1 for word, count in seen.items()}
    vectors: list[Vector] = []
    for bag in bags:
        raw = {word: bag[word] * weight[word] for word in sorted(bag)}
        length = math.sqrt(sum(value * value for value in raw.values())) or 1.0
        vectors.append({word: value / length for word, value in raw.items()})
    return vectors


def _cosine(first: Vector, second: Vector) -> float:
    return sum(value * second.get(word, 0.0) for word, value in first.items())


def _top_words(places: Sequence[int], vectors: Sequence[Vector]) -> list[str]:
    total: dict[str, float] = {}
    for place in places:
        for word, value in vectors[place].items():
            total[word] = total.get(word, 0.0) + value
    return sorted(total, key=lambda word: (-total[word], word))[:TITLE_WORDS]


def _stem(word: str) -> str:
    shorter = _ENDINGS.sub("", word)
    return shorter if len(shorter) >= _STEM_LEAST else word
