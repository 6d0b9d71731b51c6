"""Terminals: one-time codes, keys, epochs."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import InvalidArgument
from services.stores.commands.enrol_terminals import enrol_terminal, invite_terminals, revoke_terminal
from services.stores.commands.put_stores import StoreValues, put_stores
from services.stores.documents import Terminal, TerminalState
from services.stores.domain.enrolment import code_hash, code_text, require_name, require_public_key
from services.stores.domain.errors import (
    EnrolmentCodeExpired,
    EnrolmentCodeInvalid,
    EnrolmentCodeUsed,
    PublicKeyInvalid,
    StoreNotFound,
)
from services.stores.ledger import Ledger

KEY, OTHER_KEY = "C" * 42 + "A", "B" * 42 + "A"


@pytest.fixture
def code(ledger: Ledger) -> str:
    put_stores([StoreValues("s1", "First", "East", 0.0, 0.0, "UTC", 0, "USD")])
    return invite_terminals([("s1", "t1")])[0].code


def test_a_code_enrols_once_and_starts_an_epoch(code: str) -> None:
    terminal = enrol_terminal(code, KEY)
    assert (terminal.state, terminal.epoch, terminal.public_key) == (TerminalState.ENROLLED, 1, KEY)
    with pytest.raises(EnrolmentCodeUsed):
        enrol_terminal(code, OTHER_KEY)


def test_the_same_key_may_ask_again_because_an_answer_may_be_lost(code: str) -> None:
    first, second = enrol_terminal(code, KEY), enrol_terminal(code, KEY)
    assert (first.epoch, second.epoch, second.version) == (1, 1, first.version)


def test_codes_are_read_as_people_type_them(code: str) -> None:
    assert enrol_terminal(code.replace("-", " ").lower(), KEY).epoch == 1


def test_each_enrolment_is_a_new_epoch_and_the_last_code_counts(code: str) -> None:
    enrol_terminal(code, KEY)
    older, newer = (invite_terminals([("s1", "t1")])[0].code for _ in range(2))
    with pytest.raises(EnrolmentCodeInvalid):
        enrol_terminal(older, OTHER_KEY)
    assert enrol_terminal(newer, OTHER_KEY).epoch == 2


def test_a_code_expires_after_seven_days(code: str) -> None:
    Terminal.collection().update_one({}, {"$set": {"code_expire_time": datetime.now(UTC) - timedelta(seconds=1)}})
    with pytest.raises(EnrolmentCodeExpired):
        enrol_terminal(code, KEY)


def test_only_a_hash_of_the_code_is_stored_also_in_the_audit(code: str) -> None:
    stored = Terminal.collection().find_one({})
    assert stored is not None
    assert code not in str(stored)
    assert stored["code_hash"] == code_hash(code)
    assert all(code_hash(code) not in entry["body"] for entry in stored["outbox"])


def test_a_revoked_terminal_needs_a_new_code(code: str) -> None:
    enrol_terminal(code, KEY)
    with pytest.raises(InvalidArgument):
        revoke_terminal("s1", "t1", " ")
    assert revoke_terminal("s1", "t1", "stolen").state == TerminalState.REVOKED
    with pytest.raises(EnrolmentCodeUsed):
        enrol_terminal(code, KEY)
    assert enrol_terminal(invite_terminals([("s1", "t1")])[0].code, KEY).epoch == 2


def test_unknown_codes_stores_and_bad_keys_are_refused(code: str) -> None:
    with pytest.raises(EnrolmentCodeInvalid):
        enrol_terminal("AAAA-BBBB", KEY)
    with pytest.raises(StoreNotFound):
        invite_terminals([("s2", "t1")])
    for key in ("", "A" * 42, "A" * 44, "not base64url!", "A" * 1000):
        with pytest.raises(PublicKeyInvalid):
            enrol_terminal(code, key)
    with pytest.raises(InvalidArgument):
        invite_terminals([("s1", "t/1")])
    with pytest.raises(InvalidArgument):
        invite_terminals([("s1", "t1"), ("s1", "t1")])


@given(st.binary(min_size=15, max_size=15))
def test_a_code_has_groups_of_four_and_finds_its_hash(secret: bytes) -> None:
    text = code_text(secret)
    assert [len(group) for group in text.split("-")] == [4] * 6
    assert code_hash(text) == code_hash(text.lower().replace("-", ""))


@given(st.binary(min_size=31, max_size=31).map(b"\x09".__add__))
def test_a_public_key_has_one_form(raw: bytes) -> None:
    text = base64.urlsafe_b64encode(raw).decode()
    assert require_public_key(text) == require_public_key(text.rstrip("=")) == text.rstrip("=")


@pytest.mark.parametrize("raw", [bytes(32), b"\x01" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f"])
def test_a_key_under_which_anybody_can_sign_is_refused(raw: bytes) -> None:
    with pytest.raises(PublicKeyInvalid, match="anybody"):
        require_public_key(base64.urlsafe_b64encode(raw).decode())


@pytest.mark.parametrize("name", ["", "a/b", "-a", "a" * 65, "a b", "店"])
def test_names_that_would_blur_an_identity_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="letters"):
        require_name(name)
