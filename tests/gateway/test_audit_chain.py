"""The hash chain, pure."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.chain import Head, Link, canonical, extend, first_break

RECORDS = st.lists(st.tuples(st.text(min_size=1, max_size=8), st.text(max_size=20)), min_size=1, max_size=12)


def chain(records: list[tuple[str, str]]) -> tuple[list[Link], Head]:
    links = extend(Head(), records)
    return links, Head(links[-1].seq, links[-1].hash)


@given(RECORDS, st.integers(0, 12))
def test_it_does_not_matter_in_how_many_batches_a_chain_grew(records: list[tuple[str, str]], cut: int) -> None:
    links, head = chain(records)
    first = extend(Head(), records[:cut])
    middle = Head(first[-1].seq, first[-1].hash) if first else Head()
    assert [*first, *extend(middle, records[cut:])] == links
    assert first_break(links, head) == ""


@given(RECORDS, st.data())
def test_any_change_is_found(records: list[tuple[str, str]], data: st.DataObject) -> None:
    links, head = chain(records)
    at = data.draw(st.integers(0, len(links) - 1))
    what = data.draw(st.sampled_from(["record", "event_id", "prev_hash", "hash"]))
    links[at] = replace(links[at], **{what: getattr(links[at], what) + "x"})
    assert first_break(links, head)


@given(RECORDS, st.data())
def test_a_missing_or_moved_entry_is_found(records: list[tuple[str, str]], data: st.DataObject) -> None:
    links, head = chain(records)
    at = data.draw(st.integers(0, len(links) - 1))
    assert first_break(links[:at] + links[at + 1 :], head), "also at the end: the head knows the length"
    assert first_break([*links, links[at]], head)


def test_records_have_one_text() -> None:
    assert canonical({"b": 1, "a": {"d": "é", "c": None}}) == canonical({"a": {"c": None, "d": "é"}, "b": 1})
