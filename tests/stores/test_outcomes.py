"""ACCEPTED, DUPLICATE, CONFLICT, REJECTED."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.stores.domain.outcomes import Outcome, judge
from services.stores.domain.receipts import Discount, Kind, Line, Receipt, Tender, content, difference
from tests.stores.made_up import NOW, known, receipt, receipts


def outcome(one: Receipt, **changes: Any) -> tuple[str, str]:
    judgement = judge([one], known(**changes))[0]
    return judgement.outcome.value, judgement.reason


def seconds(year: int) -> int:
    return int(datetime(year, 6, 1, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (receipt(0), "NUMBER_OUT_OF_RANGE"),
        (receipt(-1), "NUMBER_OUT_OF_RANGE"),
        (receipt(2**53 + 1), "NUMBER_OUT_OF_RANGE"),
        (receipt(kind=Kind.UNKNOWN), "KIND_UNKNOWN"),
        (receipt(original_number=-3), "ORIGINAL_NUMBER_OUT_OF_RANGE"),
        (receipt(till_seconds=seconds(1900)), "TIME_UNBELIEVABLE"),
        (receipt(till_seconds=seconds(1970)), "TIME_UNBELIEVABLE"),
        (receipt(till_seconds=seconds(2100)), "TIME_UNBELIEVABLE"),
        (receipt(till_seconds=seconds(9999)), "TIME_UNBELIEVABLE"),
        (receipt(till_seconds=2**63 - 1), "TIME_UNBELIEVABLE"),
        (receipt(till_nanos=-1), "TIME_UNBELIEVABLE"),
        (receipt(lines=(), total_minor=0), "NO_LINES"),
        (receipt(amounts=(1,) * 2001), "TOO_MANY_LINES"),
        (receipt(lines=(Line("", 1000, 5),), total_minor=5), "SKU_INVALID"),
        (receipt(lines=(Line("a\x00b", 1000, 5),), total_minor=5), "SKU_INVALID"),
        (receipt(member_id="m" * 65), "MEMBER_INVALID"),
        (receipt(currency_code="EUR"), "CURRENCY_WRONG"),
        (receipt(currency_code=""), "CURRENCY_WRONG"),
        (receipt(amounts=(2**63 - 1,)), "AMOUNT_TOO_LARGE"),
        (receipt(amounts=(10**12 + 1, -1)), "AMOUNT_TOO_LARGE"),
        (receipt(lines=(Line("a", 2**62, 5),), total_minor=5), "QUANTITY_TOO_LARGE"),
        (receipt(total_minor=350), "TOTAL_DIFFERS_FROM_LINES"),
        (receipt(lines=(Line("a", -1000, 5),), total_minor=5), "QUANTITY_NEGATIVE"),
        (receipt(lines=(Line("a", 1, 5, (Discount("COUPON", -1),)),), total_minor=5), "DISCOUNT_NEGATIVE"),
        (receipt(kind=Kind.RETURN), "RETURN_NOT_NEGATIVE"),
        (receipt(kind=Kind.RETURN, amounts=(-5,)), "RETURN_NOT_NEGATIVE"),
    ],
)
def test_what_cannot_be_believed_is_rejected_with_its_reason(bad: Receipt, reason: str) -> None:
    assert outcome(bad) == ("REJECTED", reason)


@pytest.mark.parametrize(
    "odd",
    [
        receipt(2**53),
        receipt(lines=(Line("sku-0", 0, 261),), total_minor=261),
        receipt(lines=(Line("sku-0", 89_638_000, 20_000),), total_minor=20_000),
        receipt(amounts=(500, -25)),
        receipt(kind=Kind.RETURN, lines=(Line("sku-0", -1000, -99),), total_minor=-99),
        receipt(amounts=(1,) * 2000),
    ],
)
def test_odd_but_real_receipts_are_accepted(odd: Receipt) -> None:
    assert outcome(odd)[0] == "ACCEPTED"


@pytest.mark.parametrize(
    ("odd", "flags"),
    [
        (receipt(amounts=(1, 2, 3)), ("unknown_sku",)),
        (receipt(member_id="m9"), ("unknown_member",)),
        (receipt(till_seconds=int(NOW.timestamp()) + 48 * 3600), ("clock_off",)),
        (receipt(kind=Kind.VOID, original_number=7), ("original_missing",)),
        (receipt(tenders=(Tender("cash", 1),)), ("tenders_differ",)),
        (receipt(member_id="m1", tenders=(Tender("cash", 349),)), ()),
    ],
)
def test_what_is_odd_is_flagged_and_counted(odd: Receipt, flags: tuple[str, ...]) -> None:
    judgement = judge([odd], known())[0]
    assert (judgement.outcome, judgement.flags) == (Outcome.ACCEPTED, flags)


def test_a_bad_receipt_does_not_stop_the_next() -> None:
    outcomes = [j.outcome.value for j in judge([receipt(1, total_minor=1), receipt(2)], known())]
    assert outcomes == ["REJECTED", "ACCEPTED"]


def test_other_content_under_a_counted_number_is_a_conflict_and_the_first_stays() -> None:
    first, second = receipt(1), receipt(1, amounts=(777,))
    judged = judge([second, first], known(digests={1: first.digest}))
    assert [j.outcome.value for j in judged] == ["CONFLICT", "DUPLICATE"]
    assert difference(content(first), content(second))["total_minor"] == [349, 777]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_rejected_receipt_never_occupies_its_number(order: tuple[int, int]) -> None:
    pair = (receipt(1, total_minor=1), receipt(1))
    assert {j.outcome.value for j in judge([pair[i] for i in order], known())} == {"REJECTED", "ACCEPTED"}


@given(st.lists(receipts(), max_size=20), st.integers(0, 20))
def test_any_cut_into_batches_gives_the_same_outcomes(sent: list[Receipt], cut: int) -> None:
    digests: dict[int, bytes] = {}
    pieces = []
    for part in (sent[:cut], sent[cut:]):
        judged = judge(part, known(digests=digests))
        digests |= {j.receipt.number: j.receipt.digest for j in judged if j.outcome is Outcome.ACCEPTED}
        pieces += judged
    whole = judge(sent, known())
    assert [(j.receipt, j.outcome, j.reason) for j in pieces] == [(j.receipt, j.outcome, j.reason) for j in whole]


@given(st.lists(receipts(), max_size=20))
def test_repeating_everything_accepts_nothing_more(sent: list[Receipt]) -> None:
    first = judge(sent, known())
    digests = {j.receipt.number: j.receipt.digest for j in first if j.outcome is Outcome.ACCEPTED}
    again = judge(sent, known(digests=digests))
    assert Outcome.ACCEPTED not in {j.outcome for j in again}
