"""Signals make an account hot, and their absence raises the alarm."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from chassis.clocks import clock
from chassis.principal import Principal
from saleloop.leads.v1 import attention_service_pb2 as pb
from services.leads.commands import attention as commands
from services.leads.documents import Engagement
from services.leads.documents.engagement import COOLING, SILENCE
from tests.leads.attention_room import ALICE, BOB, CARE, OTHER_BOSS, ago, ask, open_account, refused, signal, told
from tests.leads.room import DIRECTOR, MARKETING, REGIONAL, SUPERVISOR, Room

DAY = 24 * 60


def deadline(account_id: str, kind: str) -> datetime:
    due_time = Engagement.load(account_id).deadline(kind)
    assert due_time is not None
    return due_time


def let_time_pass(account_id: str, kind: str) -> None:
    """What the timer does with a deadline."""
    engagement = Engagement.load(account_id)
    due_time = engagement.deadline(kind)
    assert due_time is not None
    engagement.cancel(kind)
    if kind == SILENCE:
        commands.raise_silence_alarm(engagement, due_time)
    else:
        commands.end_hot_phase(engagement)
    engagement.commit()


def answered_slowly(room: Room, account_id: str, days_ago: int = 1) -> None:
    for number in range(3):
        signal(
            room,
            account_id,
            f"{account_id}-{number}-{days_ago}",
            kind=pb.SIGNAL_KIND_ANSWERED,
            answer_minutes=2 * DAY,
            signal_time=ago(days=days_ago),
        )


def test_signals_add_up_and_fade(room: Room) -> None:
    account_id = open_account()
    assert signal(room, account_id, "1").score_milli == 10_000
    half = signal(room, account_id, "2", kind=pb.SIGNAL_KIND_DOCUMENT_READ, depth_bp=5_000)
    assert 19_900 <= half.score_milli <= 20_000
    faded = open_account()
    assert signal(room, faded, "3", signal_time=ago(hours=72)).score_milli in range(4_990, 5_001)


def test_a_repeated_signal_changes_nothing(room: Room) -> None:
    account_id = open_account()
    signal(room, account_id, "1")
    signal(room, account_id, "1")
    engagement = ask(room, "GetEngagement", pb.GetEngagementRequest(account_id=account_id), ALICE).engagement
    assert [each.signal_id for each in engagement.signals] == ["1"]
    assert Engagement.load(account_id).version == 1
    request = pb.RecordEngagementRequest(signal_id="1", account_id=account_id, kind=pb.SIGNAL_KIND_LINK_CLICKED)
    assert refused(room, "RecordEngagement", request, ALICE).reason == "SIGNAL_ID_REUSED"


def test_signals_that_come_at_once_are_each_counted_once(room: Room) -> None:
    account_id = open_account()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: signal(room, account_id, str(number % 6)), range(18)))
    engagement = ask(room, "GetEngagement", pb.GetEngagementRequest(account_id=account_id), ALICE).engagement
    assert sorted(each.signal_id for each in engagement.signals) == list("012345")
    assert len(told("engagement_heated.v1")) == 1


def test_the_owner_hears_of_a_hot_account_once_in_each_phase(room: Room) -> None:
    account_id = open_account()
    for number in range(2):
        assert not signal(room, account_id, f"mail{number}", kind=pb.SIGNAL_KIND_DOCUMENT_OPENED).is_hot
    assert signal(room, account_id, "a", kind=pb.SIGNAL_KIND_MAIL_REPLIED).is_hot is False
    assert signal(room, account_id, "b", kind=pb.SIGNAL_KIND_MAIL_REPLIED).is_hot
    assert signal(room, account_id, "c", kind=pb.SIGNAL_KIND_MAIL_REPLIED).is_hot
    (heated,) = told("engagement_heated.v1")
    assert (heated["owner_id"], heated["account_id"]) == ("alice", account_id)
    let_time_pass(account_id, COOLING)
    assert not Engagement.load(account_id).is_hot
    assert signal(room, account_id, "d").is_hot
    assert len(told("engagement_heated.v1")) == 2


def test_a_document_read_to_the_end_is_hot_by_itself_for_a_day(room: Room) -> None:
    account_id = open_account()
    assert signal(room, account_id, "1", kind=pb.SIGNAL_KIND_DOCUMENT_READ, depth_bp=8_000).is_hot
    since = Engagement.load(account_id).hot_since
    assert since is not None
    assert deadline(account_id, COOLING) == since + timedelta(days=1)
    old = open_account()
    read: dict[str, Any] = {"kind": pb.SIGNAL_KIND_DOCUMENT_READ, "depth_bp": 9_000, "signal_time": ago(days=2)}
    assert not signal(room, old, "2", **read).is_hot


def test_silence_after_slow_answers_raises_one_alarm(room: Room) -> None:
    account_id = open_account()
    answered_slowly(room, account_id)
    last = Engagement.load(account_id).last_signal_time
    assert last is not None
    assert deadline(account_id, SILENCE) == last + timedelta(days=7)
    let_time_pass(account_id, SILENCE)
    (alarm,) = told("account_silent.v1")
    assert (alarm["owner_id"], alarm["silence_days"], alarm["median_answer_minutes"]) == ("alice", 7, 2 * DAY)
    assert alarm["silence_number"] == 1
    assert Engagement.load(account_id).deadline(SILENCE) is None
    (silent,) = ask(room, "ListEngagements", pb.ListEngagementsRequest(only_silent=True), CARE).engagements
    assert silent.account_id == account_id


def test_a_new_signal_ends_the_silence_and_a_second_one_is_told_again(room: Room) -> None:
    account_id = open_account()
    answered_slowly(room, account_id)
    let_time_pass(account_id, SILENCE)
    signal(room, account_id, "late", signal_time=ago(days=8))
    assert Engagement.load(account_id).is_silent  # it happened before the silence
    assert not signal(room, account_id, "back").is_silent
    (heard,) = told("account_heard.v1")
    assert heard["silence_number"] == 1
    let_time_pass(account_id, SILENCE)
    assert [each["silence_number"] for each in told("account_silent.v1")] == [1, 2]


def test_silence_after_quick_answers_is_no_alarm(room: Room) -> None:
    account_id = open_account()
    signal(room, account_id, "1", kind=pb.SIGNAL_KIND_ANSWERED, answer_minutes=30)
    let_time_pass(account_id, SILENCE)
    quiet = open_account()
    signal(room, quiet, "2")
    let_time_pass(quiet, SILENCE)
    assert told("account_silent.v1") == []


def test_a_more_patient_policy_waits_longer(room: Room) -> None:
    account_id = open_account()
    answered_slowly(room, account_id)
    update = pb.UpdateAttentionPolicyRequest(attention_policy=pb.AttentionPolicy(silence_days=10))
    assert ask(room, "UpdateAttentionPolicy", update, DIRECTOR).attention_policy.version == 1
    before = deadline(account_id, SILENCE)
    let_time_pass(account_id, SILENCE)
    assert told("account_silent.v1") == []
    assert deadline(account_id, SILENCE) == before + timedelta(days=3)
    let_time_pass(account_id, SILENCE)
    assert len(told("account_silent.v1")) == 1


def test_engagement_is_seen_in_its_rows_the_latest_first(room: Room) -> None:
    mine = [open_account() for _ in range(3)]
    theirs = open_account(BOB)
    for place, account_id in enumerate(mine):
        signal(room, account_id, account_id, signal_time=ago(hours=place))
    signal(room, theirs, theirs, caller=BOB)

    def seen(caller: Principal) -> list[str]:
        ids, token = [], ""
        while True:
            request = pb.ListEngagementsRequest(page_size=2, page_token=token)
            answer = ask(room, "ListEngagements", request, caller)
            ids += [each.account_id for each in answer.engagements]
            token = answer.next_page_token
            if not token:
                return ids

    room.hire("alice")
    room.hire("bob", team_id="t2", region="west")
    assert seen(ALICE) == seen(SUPERVISOR) == seen(REGIONAL) == mine
    assert seen(BOB) == seen(OTHER_BOSS) == [theirs]
    assert set(seen(DIRECTOR)) == set(seen(CARE)) == {*mine, theirs}
    request = pb.GetEngagementRequest(account_id=theirs)
    assert refused(room, "GetEngagement", request, ALICE).reason == "ACCOUNT_NOT_FOUND"
    record = pb.RecordEngagementRequest(account_id=theirs, signal_id="x", kind=pb.SIGNAL_KIND_ANSWERED)
    assert refused(room, "RecordEngagement", record, ALICE).reason == "ACCOUNT_NOT_FOUND"
    assert refused(room, "ListEngagements", pb.ListEngagementsRequest(), MARKETING).code == "PERMISSION_DENIED"


def test_bad_signals_are_refused_with_their_field(room: Room) -> None:
    account_id = open_account()
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"signal_id": ""}, "signal_id"),
        ({"kind": pb.SIGNAL_KIND_UNSPECIFIED}, "kind"),
        ({"kind": pb.SIGNAL_KIND_DOCUMENT_READ, "depth_bp": 10_001}, "depth_bp"),
        ({"depth_bp": 1}, "depth_bp"),
        ({"answer_minutes": 1}, "answer_minutes"),
    )
    for fields, field in wrong:
        given = {"signal_id": "1", "account_id": account_id, "kind": pb.SIGNAL_KIND_DOCUMENT_OPENED, **fields}
        refusal = refused(room, "RecordEngagement", pb.RecordEngagementRequest(**given), ALICE)
        assert refusal.failure.violations[0].field == field
    old = pb.RecordEngagementRequest(signal_id="1", account_id=account_id, kind=pb.SIGNAL_KIND_ANSWERED)
    old.signal_time.FromDatetime(clock.now() - timedelta(days=91))
    assert refused(room, "RecordEngagement", old, ALICE).failure.violations[0].field == "signal_time"
    assert Engagement.find(account_id) is None
