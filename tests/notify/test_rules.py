"""The rules of notify, pure."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.envelopes import event_type
from contracts.topology import SUBSCRIPTIONS
from saleloop.billing.v1 import events_pb2 as billing
from saleloop.leads.v1 import attention_events_pb2 as attention
from saleloop.leads.v1 import events_pb2 as leads
from saleloop.leads.v1 import first_contact_events_pb2 as first_contact
from saleloop.leads.v1 import intake_events_pb2 as intake
from saleloop.leads.v1 import ownership_events_pb2 as ownership
from saleloop.leads.v1 import visits_events_pb2 as visits
from saleloop.quotes.v1 import events_pb2 as quotes
from services.notify.catalogue import catalogue
from services.notify.domain import cards, pace, robots
from services.notify.domain.cards import CardState
from services.notify.domain.errors import ChannelInvalid, WrongState
from services.notify.domain.notices import CLOSING, NAMED_PEOPLE, NOTICES, person_ids
from services.notify.domain.pace import Waiting
from services.notify.domain.robots import ChannelKind
from services.notify.domain.texts import LANGUAGES, money_text, placeholders, render

MESSAGES = {
    event_type(made): made
    for file in (attention, billing, first_contact, intake, leads, ownership, quotes, visits)
    for made in (getattr(file, name) for name in file.DESCRIPTOR.message_types_by_name)
}
SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_every_event_that_notify_hears_has_a_line_in_the_table() -> None:
    heard = {each.type for each in SUBSCRIPTIONS if each.service == "notify"} - {"person_changed.v1"}
    assert heard == NOTICES.keys() | CLOSING.keys()


def test_all_whom_one_field_names_are_told() -> None:
    audience = NOTICES["ownership_conflict_decided.v1"].audience
    fields = {"owner_id": "bob", "previous_owner_id": "", "claimant_ids": {"names": ["alice", "bob"]}}
    assert person_ids(audience, fields) == ("bob", "alice")


def test_the_catalogues_have_the_same_keys_and_placeholders() -> None:
    first, second = (catalogue(language) for language in LANGUAGES)
    assert first.templates.keys() == second.templates.keys() == {notice.template for notice in NOTICES.values()}
    assert first.words.keys() == second.words.keys()
    for name, texts in first.templates.items():
        other = second.templates[name]
        assert [placeholders(text) for text in texts] == [placeholders(text) for text in other], name


@pytest.mark.parametrize("type_name", NOTICES)
def test_a_text_uses_only_what_its_event_carries(type_name: str) -> None:
    notice = NOTICES[type_name]
    known = set(MESSAGES[type_name].DESCRIPTOR.fields_by_name)
    named = {f"{name}_name" for name in NAMED_PEOPLE if name in known}
    for language in LANGUAGES:
        title, text = catalogue(language).templates[notice.template]
        assert placeholders(title) | placeholders(text) <= known | named
    keys = [notice.subject, *notice.closes, *([notice.card.key] if notice.card else [])]
    assert set().union(*map(placeholders, keys)) <= known
    assert {*notice.audience.people, *notice.words} <= known


def test_values_read_as_people_write_them() -> None:
    at = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)
    values = {
        "account_name": "{owner} & <b>",
        "radar_state": {"word": "radar_state_red"},
        "outstanding": {"amount_minor": 1_234_567, "currency_code": "CNY"},
        "due_time": at,
    }
    shown = render(catalogue("zh-CN"), "receivable_overdue", values, SHANGHAI)
    assert shown.title == "应收逾期（红色）：{owner} & <b> ¥12,345.67"
    assert "2026-03-03 00:30" in shown.text
    assert "—" in shown.text  # a value that is missing


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(5, "CNY", "¥0.05"), (-123456, "USD", "-$1,234.56"), (1000, "JPY", "JPY 1,000"), (1, "KWD", "KWD 0.001")],
)
def test_money_is_never_a_float(amount: int, currency: str, text: str) -> None:
    assert money_text(amount, currency) == text


def test_a_card_moves_upwards_only() -> None:
    assert cards.after_event(None, 0, 1, 3) == cards.Moved(CardState.OPEN, True)
    assert cards.after_event(CardState.ACKNOWLEDGED, 1, 2, 3) == cards.Moved(CardState.OPEN, True)
    assert cards.after_event(CardState.OPEN, 2, 3, 3) == cards.Moved(CardState.ESCALATED, True)
    assert not cards.after_event(CardState.ESCALATED, 3, 2, 3).changes
    assert not cards.after_event(CardState.DONE, 1, 3, 3).changes
    with pytest.raises(WrongState):
        cards.after_acknowledge(CardState.DONE)


WAITING = st.lists(
    st.builds(Waiting, id=st.uuids().map(str), title=st.text(max_size=80), text=st.just("t"), critical=st.booleans()),
    min_size=1,
    max_size=60,
)


@given(waiting=WAITING, free=st.integers(1, 20), max_bytes=st.sampled_from([100, 2_048, 15_000]))
def test_a_batch_fits_and_takes_critical_ones_first(waiting: list[Waiting], free: int, max_bytes: int) -> None:
    batch = pace.next_batch(waiting, free, max_bytes)
    assert 1 <= len(batch) <= len(waiting)
    assert len(batch) == 1 or len(waiting) > free
    left = [each for each in waiting if each not in batch]
    assert not any(each.critical for each in left) or all(each.critical for each in batch)
    assert len(pace.body(batch, max_bytes).encode()) <= max_bytes


@given(text=st.text(), size=st.integers(10, 50))
def test_a_text_is_cut_between_characters(text: str, size: int) -> None:
    assert len(pace.cut(text, size).encode()) <= size
    assert pace.cut(text, 10_000) == text


def test_delays_grow_to_ten_minutes() -> None:
    delays = [pace.retry_delay_s(failed) for failed in range(1, pace.MAX_ATTEMPTS)]
    assert delays == sorted(delays)
    assert (delays[0], delays[-1]) == (1, 600)


def test_dingtalks_signature_is_the_documented_one() -> None:
    wanted = base64.b64encode(hmac.new(b"SECabc", b"1700000000000\nSECabc", hashlib.sha256).digest()).decode()
    assert robots.signature("SECabc", 1_700_000_000_000) == wanted
    url = robots.address(ChannelKind.DINGTALK_ROBOT, "https://oapi.example/robot/send?access_token=t", "SECabc", 17)
    assert url.startswith("https://oapi.example/robot/send?access_token=t&timestamp=17&sign=")
    assert "+" not in url.rpartition("sign=")[2]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://host/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "https://user:pw@host/",
        "host/path",
        "https://host:99999/",
        "https://ho st/",
        "https://host/\r\nX: y",
        "gopher://127.0.0.1:6379/_x",
    ],
)
def test_a_robots_address_is_http(url: str) -> None:
    with pytest.raises(ChannelInvalid):
        robots.checked_url(ChannelKind.WECOM_ROBOT, url)


def test_production_wants_encrypted_addresses() -> None:
    with pytest.raises(ChannelInvalid):
        robots.checked_url(ChannelKind.WECOM_ROBOT, "http://host/x", encrypted_only=True)
    assert robots.checked_url(ChannelKind.MAIL, "smtp://user@host:25", encrypted_only=True)


def test_a_shown_address_hides_its_keys() -> None:
    assert robots.shown_url("https://host/send?key=abc-def&x=1") == "https://host/send?key=***&x=***"


@pytest.mark.parametrize(
    ("status", "body", "succeeded", "pause"),
    [
        (200, {"errcode": 0}, True, 0),
        (200, {"errcode": 93000}, False, 0),
        (500, {}, False, 0),
        (200, {"errcode": 45009}, False, 60),
        (429, {}, False, 60),
        (200, {"errcode": False}, True, 0),
    ],
)
def test_an_answer_counts_by_its_errcode(status: int, body: dict[str, object], succeeded: bool, pause: int) -> None:
    answer = robots.answer_of(ChannelKind.WECOM_ROBOT, status, body)
    assert (answer.succeeded, answer.pause_s) == (succeeded, pause)
