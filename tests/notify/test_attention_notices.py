"""What attention tells people: in their language, with a card that closes by itself."""

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from saleloop.leads.v1 import attention_events_pb2 as attention
from saleloop.leads.v1 import attention_service_pb2 as pb
from services.notify.commands.tell import close_cards, tell
from services.notify.documents import InboxItem, TaskCard
from tests.notify.stories import event, person, staff

pytestmark = pytest.mark.usefixtures("connected")


def inbox(person_id: str) -> list[str]:
    return [row["title"] for row in InboxItem.collection().find({"recipient_id": person_id}).sort("_id", 1)]


def card_states() -> list[str]:
    return [row["state"] for row in TaskCard.collection().find({"level": {"$gt": 0}}).sort("_id", 1)]


def silent(number: int) -> attention.AccountSilent:
    return attention.AccountSilent(
        account_id="a1",
        company="Acme",
        owner_id="sally",
        silence_days=7,
        median_answer_minutes=2_880,
        silence_number=number,
        last_signal_time=Timestamp(seconds=1_760_000_000),
    )


def test_a_silence_brings_in_customer_success_and_its_card_closes_when_the_customer_is_heard() -> None:
    staff()
    person("carl", "customer_success", language="zh")
    for _ in range(2):
        tell(event(silent(1), "e1"))
    assert (inbox("sally"), inbox("carl")) == (["Silence alarm: Acme"], ["沉默预警：Acme"])
    assert card_states() == ["open"]
    close_cards(event(attention.AccountHeard(account_id="a1", owner_id="sally", silence_number=1)))
    assert card_states() == ["done"]
    tell(event(silent(2), "e2"))
    assert sorted(card_states()) == ["done", "open"]


def test_a_nurture_step_is_the_owners_to_do() -> None:
    staff()
    step = attention.NurtureStepDue(
        nurture_run_id="r1",
        account_id="a1",
        company="Acme",
        owner_id="sally",
        step_number=2,
        kind=pb.NURTURE_STEP_KIND_REPORT,
        texts={"zh": "发报告", "en": "Send the report."},
    )
    tell(event(step))
    assert inbox("sally") == ["Next nurture step: Acme (third-party report)"]
    (row,) = InboxItem.collection().find({"recipient_id": "sally"})
    assert "Send the report." in row["text"]
    assert card_states() == ["open"]


def test_hot_signals_answers_and_the_weeks_rest_reach_their_person() -> None:
    staff()
    heated = attention.EngagementHeated(
        account_id="a1", company="Acme", owner_id="sally", kind=pb.SIGNAL_KIND_MAIL_REPLIED
    )
    answered = attention.SuggestionAnswered(
        suggestion_id="s1",
        author_id="fay",
        title="表格",
        state=pb.SUGGESTION_STATE_ACCEPTED,
        text="好",
        decided_by="sue",
    )
    left = attention.WeeklyThreeLeft(person_id="lee", week="2026-03-02", done_count=2, item_count=6)
    for message in (heated, answered, left):
        tell(event(message))
    assert inbox("sally") == ["Hot signal: Acme (replied to a mail)"]
    assert inbox("fay") == ["您的建议已采纳：表格"]
    assert inbox("lee") == ["The week's three: 2 of 6 done"]
