"""Contract, invoice and payment compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.match import InstalmentFigures, MatchState, match, spread

TOLERANCE = 50_000  # 500 CNY


def test_all_three_agree() -> None:
    result = match([InstalmentFigures(1, 1_000_000, 1_000_000, 1_000_000)], is_accepted=True, tolerance_minor=TOLERANCE)
    assert (result.state, result.difference_minor, result.missing_documents) == (MatchState.MATCHED, 0, ())


def test_what_is_not_there_yet_is_named() -> None:
    figures = [InstalmentFigures(1, 600, 600, 600), InstalmentFigures(2, 400, 0, 0)]
    result = match(figures, is_accepted=False, tolerance_minor=TOLERANCE)
    assert result.state is MatchState.DOCUMENT_MISSING
    assert result.missing_documents == ("invoice:2", "payment:2", "acceptance_document")


@pytest.mark.parametrize(("paid", "state"), [(950_000, MatchState.MATCHED), (949_999, MatchState.AMOUNT_DIFFERS)])
def test_a_difference_of_500_is_tolerated_and_more_is_not(paid: int, state: MatchState) -> None:
    figures = [InstalmentFigures(1, 1_000_000, 1_000_000, paid)]
    assert match(figures, is_accepted=True, tolerance_minor=TOLERANCE).state is state


def test_an_invoice_for_the_whole_contract_counts_for_every_instalment() -> None:
    figures = [InstalmentFigures(1, 600, 0, 0), InstalmentFigures(2, 400, 100, 0)]
    assert [each.invoiced_minor for each in spread(900, figures)] == [600, 400]


_FIGURES = st.builds(
    lambda amount, invoiced, paid: InstalmentFigures(1, amount, min(invoiced, amount), min(paid, amount)),
    st.integers(1, 10**9),
    st.integers(0, 10**9),
    st.integers(0, 10**9),
)


@given(figures=st.lists(_FIGURES, min_size=1), accepted=st.booleans())
def test_green_means_that_everything_is_there_within_the_tolerance(
    figures: list[InstalmentFigures], accepted: bool
) -> None:
    result = match(figures, is_accepted=accepted, tolerance_minor=TOLERANCE)
    complete = accepted and all(each.invoiced_minor and each.paid_minor for each in figures)
    assert (result.state is MatchState.MATCHED) == (complete and result.difference_minor <= TOLERANCE)
    assert 0 <= result.difference_minor <= sum(each.amount_minor for each in figures)
