"""From an event to inboxes, cards and deliveries, on the real database."""

from typing import Any

import pytest

from saleloop.leads.v1 import events_pb2 as leads
from saleloop.leads.v1 import visits_events_pb2 as visits
from saleloop.quotes.v1 import events_pb2 as quotes
from services.notify.commands.tell import close_cards, tell
from services.notify.documents import Delivery, InboxItem, Recipient, TaskCard
from services.notify.domain.notices import NOTICES
from services.notify.domain.robots import ChannelKind
from tests.notify.stories import (
    approval_requested,
    event,
    lead_assigned,
    overdue,
    person,
    robot_channel,
    settled,
    staff,
)
from tests.notify.test_rules import MESSAGES

pytestmark = pytest.mark.usefixtures("connected")


def inbox(person_id: str) -> list[dict[str, Any]]:
    return list(InboxItem.collection().find({"recipient_id": person_id}).sort("_id", 1))


def the_card() -> TaskCard:
    (found,) = TaskCard.collection().find({"level": {"$gt": 0}})
    return TaskCard.load(found["_id"])


def test_the_owner_is_told_in_their_language() -> None:
    staff()
    tell(event(lead_assigned()))
    (item,) = inbox("sally")
    assert item["title"] == "New lead: Acme (owner Sally)"
    assert "urgency red" in item["text"]
    assert "tags match" in item["text"]
    assert item["subject"] == "leads/lead1"


def test_somebody_unknown_is_told_all_the_same() -> None:
    tell(event(lead_assigned()))
    assert inbox("sally")[0]["title"] == "新线索：Acme（负责人 sally）"


def test_a_second_delivery_changes_nothing() -> None:
    staff()
    robot_channel(ChannelKind.WECOM_ROBOT, "http://127.0.0.1:1/x")
    for _ in range(3):
        tell(event(overdue("DUE", 1), "e1"))
    assert [len(inbox(each)) for each in ("sally", "fay", "lee")] == [1, 1, 1]
    assert Delivery.collection().count_documents({}) == 1
    assert the_card().version == 1


def test_one_card_goes_from_overdue_to_red_and_is_closed_by_the_payment() -> None:
    staff()
    tell(event(overdue("DUE", 1)))
    assert (the_card().state, set(the_card().person_ids)) == ("open", {"sally", "fay", "lee"})
    tell(event(overdue("YELLOW", 3)))
    tell(event(overdue("RED", 7)))
    assert (the_card().state, set(the_card().person_ids)) == ("escalated", {"sally", "fay", "lee", "sue"})
    tell(event(overdue("YELLOW", 3)))  # late
    assert the_card().state == "escalated"
    tell(event(settled()))
    assert the_card().state == "done"


def test_an_alarm_that_arrives_after_the_payment_opens_nothing() -> None:
    staff()
    tell(event(settled()))
    tell(event(overdue("RED", 7)))
    assert TaskCard.collection().count_documents({"state": {"$ne": "done"}}) == 0


def test_an_approval_goes_to_its_person_or_else_to_its_role() -> None:
    staff()
    tell(event(approval_requested()))
    assert the_card().person_ids == ["sue"]
    decided = quotes.ApprovalDecided(
        quote_id="q1", quote_version=1, step="supervisor", decision="approved", decided_by="sue", owner_id="sally"
    )
    tell(event(decided))
    assert (the_card().state, the_card().changed_by) == ("done", "sue")
    assert inbox("sally")[0]["title"].endswith("supervisor approval: approved")
    tell(event(approval_requested(approver_id="", role="finance")))
    assert len(inbox("fay")) == 1


def test_a_late_approval_is_escalated_to_the_supervisor() -> None:
    staff()
    person("sue", "supervisor", supervisor_id="dora", version=2)
    tell(event(approval_requested()))
    late = quotes.ApprovalOverdue(quote_id="q1", quote_version=1, step="supervisor", approver_id="sue")
    tell(event(late))
    assert (the_card().state, the_card().person_ids) == ("escalated", ["sue", "dora"])


def test_supervisors_of_the_region_confirm_a_routing() -> None:
    staff()
    person("sven", "supervisor", region="west")
    proposed = leads.LeadRoutingProposed(lead_id="lead1", company="Acme", region="east")
    tell(event(proposed))
    assert (the_card().state, the_card().person_ids) == ("open", ["sue"])
    tell(event(lead_assigned()))
    assert the_card().state == "done"
    tell(event(leads.LeadUnroutable(lead_id="lead2", company="Beta", region="nowhere")))
    assert len(inbox("sven")) == 1  # no supervisor there: all of them


def test_a_proposal_that_arrives_after_the_assignment_opens_no_card() -> None:
    staff()
    tell(event(lead_assigned()))
    tell(event(leads.LeadRoutingProposed(lead_id="lead1", company="Acme", region="east")))
    assert TaskCard.collection().count_documents({}) == 0


def test_contact_closes_the_card_of_the_breach() -> None:
    staff()
    tell(event(leads.FirstContactBreached(lead_id="lead1", owner_id="sally", supervisor_id="sue", company="Acme")))
    assert set(the_card().person_ids) == {"sally", "sue"}
    close_cards(event(leads.LeadContacted(lead_id="lead1", owner_id="sally")))
    assert the_card().state == "done"


def test_a_channel_gets_what_concerns_its_roles() -> None:
    staff()
    robot_channel(ChannelKind.WECOM_ROBOT, "http://127.0.0.1:1/x", "everybody")
    robot_channel(ChannelKind.WECOM_ROBOT, "http://127.0.0.1:1/x", "finance", roles=("finance",), language="zh")
    robot_channel(ChannelKind.WECOM_ROBOT, "http://127.0.0.1:1/x", "off", enabled=False)
    robot_channel(ChannelKind.MAIL, "smtp://127.0.0.1:1", "mail", sender="sales@example.com")
    tell(event(lead_assigned()))
    told = {each["channel_id"]: each for each in Delivery.collection().find()}
    assert told.keys() == {"everybody", "mail"}
    assert told["mail"]["addresses"] == ["sally@example.com"]
    tell(event(overdue("DUE", 1)))
    assert Delivery.collection().find_one({"channel_id": "finance"})["title"].startswith("应收逾期")  # type: ignore[index]  # found


def test_an_older_state_of_a_person_changes_nothing() -> None:
    person("sally", "salesperson", version=3)
    person("sally", "finance", version=2)
    assert Recipient.load("sally").roles == ["salesperson"]


def test_a_next_action_is_a_card_of_its_owner_until_it_is_done() -> None:
    staff()
    told: dict[str, Any] = {"visit_id": "v1", "revision": 1, "account_id": "a1", "owner_id": "sally"}
    planned = visits.NextActionPlanned(**told, company="Acme", text="send the offer")
    for _ in range(2):
        tell(event(planned, "e1"))
    card = the_card()
    assert (card.state, card.person_ids, card.subject) == ("open", ["sally"], "visits/v1")
    assert inbox("sally")[0]["text"].startswith("Next step at Acme: send the offer.")
    close_cards(event(visits.NextActionCompleted(**told), "e2"))
    assert the_card().state == "done"


def test_each_fall_of_a_stock_is_a_card_of_its_own() -> None:
    staff()
    for number in (1, 2):
        told: dict[str, Any] = {
            "account_id": "a1",
            "owner_id": "sally",
            "sku": "A1",
            "cause": "below_safety_level",
            "occurrence": number,
        }
        tell(event(visits.ReorderDue(**told, company="Acme", on_hand=3, safety_level=10), f"due{number}"))
        assert [each["state"] for each in TaskCard.collection().find({"state": "open"})] == ["open"]
        close_cards(event(visits.ReorderSettled(**told), f"settled{number}"))
    assert len(inbox("sally")) == 2
    assert TaskCard.collection().count_documents({"state": "done"}) == 2


@pytest.mark.parametrize("type_name", NOTICES)
def test_everybody_whom_an_event_names_for_it_is_told(type_name: str) -> None:
    message = MESSAGES[type_name]()
    people = NOTICES[type_name].audience.people
    for name in people:
        field = message.DESCRIPTOR.fields_by_name[name]
        if field.is_repeated:
            getattr(message, name).append(f"the-{name}")
        else:
            setattr(message, name, f"the-{name}")
    tell(event(message))
    for name in people:
        assert len(inbox(f"the-{name}")) == 1, name
