"""The content hash, and the sign link that is bound to it."""

import base64
import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.quotes.domain.content import canonical_json, content_hash
from services.quotes.domain.errors import SignLinkInvalid
from services.quotes.domain.sign_link import SignLink, make_token, read_token
from tests.quotes.made import ON_DELIVERY, content, line

KEY = b"k" * 32
LINK = SignLink("01J0000000000000000000QUOT", 3, content_hash(content()), 1_775_000_000_000)


def test_the_hash_of_a_known_content_stays_what_it_is() -> None:
    """A change of this value voids the links of all quotes that wait for a signature."""
    assert content_hash(content()) == "cfbf134ae577cb1b2e983830b8909f0cbf40794aa28e0b5186b971f24cbfebfe"


@given(st.text(max_size=30), st.integers(1, 9), st.integers(0, 2**40))
def test_equal_contents_have_equal_hashes(name: str, version: int, until_ms: int) -> None:
    one, other = (content(account_name=name, version=version, valid_until_ms=until_ms) for _ in range(2))
    assert content_hash(one) == content_hash(other)
    assert json.loads(canonical_json(one))["account_name"] == name


CHANGED = {
    "quote_id": "01J0000000000000000000QUOX",
    "number": "Q-2026-000018",
    "version": 2,
    "account_id": "account-2",
    "account_name": "上海影像设备有限公司 ",
    "currency_code": "USD",
    "lines": (line(quantity=2, unit_price_minor=9_000), line(quantity=3)),
    "total_minor": 48_001,
    "payment_terms": ON_DELIVERY,
    "valid_until_ms": 1_775_000_000_001,
}


@pytest.mark.parametrize("field", [field.name for field in fields(content())])
def test_a_change_of_any_field_changes_the_hash(field: str) -> None:
    assert content_hash(content(**{field: CHANGED[field]})) != content_hash(content())


def test_a_link_reads_back_and_fits_a_path() -> None:
    token = make_token(LINK, KEY)
    assert read_token(token, KEY) == LINK
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


@given(st.data())
def test_a_link_with_any_character_changed_is_invalid(data: st.DataObject) -> None:
    token = make_token(LINK, KEY)
    at = data.draw(st.integers(0, len(token) - 1))
    char = data.draw(st.characters(codec="utf-8").filter(lambda c: c != token[at]))
    with pytest.raises(SignLinkInvalid):
        read_token(token[:at] + char + token[at + 1 :], KEY)


@given(st.text(max_size=300))
def test_any_other_text_is_invalid(text: str) -> None:
    with pytest.raises(SignLinkInvalid):
        read_token(text, KEY)


def test_a_link_of_another_key_is_invalid() -> None:
    with pytest.raises(SignLinkInvalid):
        read_token(make_token(LINK, b"x" * 32), KEY)


def test_a_later_expiry_cannot_be_pasted_in() -> None:
    raw = bytearray(base64.urlsafe_b64decode(make_token(LINK, KEY)))
    raw[62:70] = (LINK.expire_ms + 86_400_000).to_bytes(8, "big")
    with pytest.raises(SignLinkInvalid):
        read_token(base64.urlsafe_b64encode(raw).decode(), KEY)
