"""How well the notes of visits are understood, measured on sentences that people labelled."""

from collections import Counter
from collections.abc import Iterable

from services.leads.chinese_words import chinese_words
from services.leads.domain.visits.competitors import DEFAULT_COMPETITORS
from services.leads.domain.visits.note import ParsedNote, parse_note
from services.leads.domain.visits.planned_action import ZONE
from tests.leads.visit_sentences import SENTENCES, VISIT_TIME, Sentence
from tests.leads.visit_sentences_held_out import HELD_OUT
from tests.leads.visit_sentences_second import SECOND

FIELDS = ("competitors", "window", "concerns", "action")
# What the held-out sentences must not fall below: precision, recall.
LOWER_BOUNDS = {"competitors": (0.95, 0.95), "window": (0.95, 0.6), "concerns": (0.6, 0.2), "action": (0.8, 0.8)}


def understood(sentence: Sentence) -> ParsedNote:
    return parse_note(sentence.text, VISIT_TIME, chinese_words, DEFAULT_COMPETITORS)


def found_and_meant(sentence: Sentence) -> dict[str, tuple[set[object], set[object]]]:
    """What the rules found and what the label says, by field; an action is right with its words and its day."""
    note = understood(sentence)
    action: set[object] = set()
    if note.action is not None:
        due = note.action.due_time and note.action.due_time.astimezone(ZONE).date()
        hit = bool(sentence.action) and sentence.action.lower() in note.action.text.lower()
        action = {(sentence.action if hit else note.action.text, due)}
    return {
        "competitors": ({each.name for each in note.competitors}, set(sentence.competitors)),
        "window": (
            {(note.window.first, note.window.last)} if note.window else set(),
            {sentence.window} if sentence.window else set(),
        ),
        "concerns": ({each.category for each in note.concerns}, set(sentence.concerns)),
        "action": (action, {(sentence.action, sentence.action_day)} if sentence.action else set()),
    }


def measured(sentences: Iterable[Sentence]) -> dict[str, tuple[float, float]]:
    """Precision and recall of each field; prints every mistake."""
    right, found_all, meant_all = Counter[str](), Counter[str](), Counter[str]()
    for sentence in sentences:
        for field, (found, meant) in found_and_meant(sentence).items():
            right[field] += len(found & meant)
            found_all[field] += len(found)
            meant_all[field] += len(meant)
            if found != meant:
                print(f"{field}: found {found}, meant {meant}: {sentence.text}")  # noqa: T201 - shown by pytest -s
    rates = {field: (right[field] / found_all[field], right[field] / meant_all[field]) for field in FIELDS}
    for field, (precision, recall) in rates.items():
        print(  # noqa: T201 - the measurement is what this test is for
            f"{field:12} precision {precision:.3f} of {found_all[field]}, recall {recall:.3f} of {meant_all[field]}"
        )
    return rates


def test_a_hundred_labelled_sentences() -> None:
    assert len(SENTENCES) == len({each.text for each in SENTENCES}) == 100
    for field, (precision, recall) in measured(SENTENCES).items():
        assert precision >= 0.9, field
        assert recall >= 0.8, field


def test_the_second_sentences() -> None:
    for field, (precision, recall) in measured(SECOND).items():
        assert precision >= 0.8, field
        assert recall >= 0.8, field


def test_sentences_held_out_while_the_rules_were_made() -> None:
    assert len(HELD_OUT) == 30
    assert not {each.text for each in HELD_OUT} & {each.text for each in (*SENTENCES, *SECOND)}
    for field, (precision, recall) in measured(HELD_OUT).items():
        assert precision >= LOWER_BOUNDS[field][0], field
        assert recall >= LOWER_BOUNDS[field][1], field
