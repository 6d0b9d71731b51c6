"""The wall of what customers say: themes by dictionary and by shared words."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.leads.domain.attention.theme_defaults import DEFAULT_THEMES
from services.leads.domain.attention.themes import OTHER, Sentence, Theme, check_themes, theme_of, wall_of
from services.leads.domain.attention.voice import is_negative
from services.leads.domain.errors import FieldProblem
from services.leads.words import cut_words
from tests.leads.voice_corpus import VOICES

SENTENCES = [Sentence(f"{number:03d}", text) for number, (_, text) in enumerate(VOICES)]
LABELS = {sentence.id: label for sentence, (label, _) in zip(SENTENCES, VOICES, strict=True)}


def test_realistic_sentences_in_both_languages_land_in_their_themes() -> None:
    wall = wall_of(SENTENCES, DEFAULT_THEMES, cut_words)
    assert len(SENTENCES) >= 60
    pure = sum(max(Counter(LABELS[each] for each in theme.sentence_ids).values()) for theme in wall)
    assert pure / len(SENTENCES) >= 0.9
    by_key = {theme.key: theme for theme in wall}
    for label in ("price", "delivery", "quality", "after_sales", "usability", "payment", "stock", "system"):
        wanted = {each for each, its in LABELS.items() if its == label}
        assert len(wanted & set(by_key[label].sentence_ids)) / len(wanted) >= 0.7, label


def test_what_the_dictionary_does_not_know_is_grouped_by_its_words() -> None:
    wall = wall_of(SENTENCES, DEFAULT_THEMES, cut_words)
    found = [{LABELS[each] for each in theme.sentence_ids} for theme in wall if theme.key.startswith("words:")]
    assert {"audit"} in found
    assert {"fair"} in found
    assert {"recycling"} in found


@given(st.permutations(SENTENCES))
@settings(deadline=None, max_examples=5)
def test_the_same_voices_make_the_same_wall_in_any_order(mixed: list[Sentence]) -> None:
    assert wall_of(mixed, DEFAULT_THEMES, cut_words) == wall_of(SENTENCES, DEFAULT_THEMES, cut_words)


@given(st.lists(st.sampled_from(VOICES), max_size=60), st.booleans())
@settings(deadline=None, max_examples=30)
def test_every_voice_is_in_one_theme_and_shares_add_up(chosen: list[tuple[str, str]], with_dictionary: bool) -> None:
    sentences = [Sentence(str(place), text) for place, (_, text) in enumerate(chosen)]
    wall = wall_of(sentences, DEFAULT_THEMES if with_dictionary else (), cut_words)
    held = [each for theme in wall for each in theme.sentence_ids]
    assert sorted(held) == sorted(sentence.id for sentence in sentences)
    assert sum(theme.share_bp for theme in wall) == (10_000 if sentences else 0)
    assert all(theme.key != OTHER for theme in wall[:-1])


def test_two_thousand_voices_of_no_theme_are_grouped_in_bounded_time() -> None:
    many = [Sentence(f"{number:05d}", f"{text} {number % 50}") for number, (_, text) in enumerate(VOICES * 25)]
    wall = wall_of(many, (), cut_words)
    assert sum(len(theme.sentence_ids) for theme in wall) == len(many)


def test_the_theme_with_most_keywords_wins() -> None:
    price, delivery = (
        Theme(key, {"zh": key, "en": key}, words) for key, words in (("p", ("价格",)), ("d", ("交货", "晚")))
    )
    assert theme_of("价格可以，但交货太晚", (price, delivery)) is delivery
    assert theme_of("The enterprice", (Theme("p", {}, ("price",)),)) is None


@pytest.mark.parametrize(
    "themes",
    [
        [Theme("a", {"zh": "甲", "en": "A"}, ())],
        [Theme("a", {"zh": "甲"}, ("x",))],
        [Theme("a", {"zh": "甲", "en": "A"}, ("x",))] * 2,
        [Theme(OTHER, {"zh": "甲", "en": "A"}, ("x",))],
        [Theme(str(number), {"zh": "甲", "en": "A"}, ("x",)) for number in range(101)],
    ],
)
def test_a_dictionary_that_cannot_be_used_is_refused(themes: list[Theme]) -> None:
    with pytest.raises(FieldProblem):
        check_themes(themes)


@pytest.mark.parametrize(
    "sentence", ["价格太贵", "Delivery was late again", "打电话没人接", "The unit is broken", "用了半年就坏了"]
)
def test_a_complaint_is_heard(sentence: str) -> None:
    assert is_negative(sentence)


@pytest.mark.parametrize(
    "sentence", ["价格不贵", "Delivery was never late", "能不能定制", "售后很负责", "It is not expensive at all"]
)
def test_praise_and_wishes_are_no_complaints(sentence: str) -> None:
    assert not is_negative(sentence)
