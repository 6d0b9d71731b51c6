"""Page tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import pages
from chassis.errors import InvalidArgument
from saleloop.notify.v1 import notify_service_pb2 as pb

POSITIONS = st.lists(st.text() | st.integers(-(2**63), 2**63), min_size=1, max_size=3).map(tuple)


@given(position=POSITIONS, filters=st.text())
def test_a_token_gives_back_its_position(position: pages.Position, filters: str) -> None:
    assert pages.decode(pages.encode(position, filters), filters) == position


@given(text=st.text(min_size=1))
def test_any_other_text_is_refused_by_name_of_the_field(text: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        pages.decode(text, "filters")
    assert caught.value.field == "page_token"


def test_a_token_of_other_filters_is_refused() -> None:
    token = pages.open_page(pb.ListInboxItemsRequest()).token(("01J",))
    assert pages.open_page(pb.ListInboxItemsRequest(page_size=7, page_token=token)).after == ("01J",)
    with pytest.raises(InvalidArgument, match="other filters"):
        pages.open_page(pb.ListInboxItemsRequest(page_token=token, unread_only=True))


@pytest.mark.parametrize(("requested", "size"), [(0, 50), (7, 7), (1000, 1000), (100_000, 1000)])
def test_the_size_is_kept_within_limits(requested: int, size: int) -> None:
    assert pages.page_size(requested) == size


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(InvalidArgument):
        pages.page_size(-1)


def test_the_last_page_has_no_token() -> None:
    page = pages.open_page(pb.ListInboxItemsRequest(page_size=2))
    rows, token = page.cut(["a", "b", "c"], lambda row: (row,))
    assert (rows, pages.decode(token, page.filters)) == (["a", "b"], ("b",))
    assert page.cut(["a", "b"], lambda row: (row,)) == (["a", "b"], "")
