"""A lead becomes valid by two people's word, or ends with a reason."""

from typing import Any

import pytest

from saleloop.leads.v1 import first_contact_service_pb2 as pb
from saleloop.leads.v1 import leads_service_pb2 as leads_pb
from services.leads import commands
from services.leads.documents import Lead
from tests.leads.first_contact_room import ask, refused, told_by
from tests.leads.room import MARKETING, SUPERVISOR, Room, person, salesperson

ALICE = salesperson("alice")


@pytest.fixture
def lead(room: Room) -> Lead:
    room.hire("alice")
    commands.copy_confirmer(person("mark", roles=frozenset({"marketing"})))
    commands.copy_confirmer(person("boss", roles=frozenset({"supervisor"})))
    return Lead.load(room.created_and_routed().id)


def words(lead_id: str, **fields: str) -> pb.QualifyLeadRequest:
    given = {"budget_confirmed_by": "mark", "fit_confirmed_by": "alice", "evidence": "mail of Monday"}
    return pb.QualifyLeadRequest(lead_id=lead_id, **(given | fields))


def told_of(kind: str) -> list[dict[str, Any]]:
    return [body for each, body in told_by(Lead) if each == kind]


@pytest.mark.parametrize("caller", [MARKETING, SUPERVISOR, ALICE])
def test_a_lead_is_valid_when_budget_and_fit_are_confirmed(room: Room, lead: Lead, caller: Any) -> None:
    valid = ask(room, "QualifyLead", words(lead.id), caller).lead
    assert valid.HasField("qualify_time")
    assert (valid.budget_confirmed_by, valid.fit_confirmed_by, valid.qualify_evidence) == (
        "mark",
        "alice",
        "mail of Monday",
    )
    assert Lead.load(lead.id).qualified_by == caller.subject
    (event,) = told_of("lead_qualified.v1")
    assert (event["owner_id"], event["team_id"], event["budget_confirmed_by"]) == ("alice", "t1", "mark")
    assert event["account_id"] == lead.account_id


def test_marketing_hands_over_without_seeing_the_contact(room: Room, lead: Lead) -> None:
    seen = ask(room, "QualifyLead", words(lead.id), MARKETING).lead
    assert seen.contact_name == ""
    assert seen.phone != lead.phone
    assert "*" in seen.phone


def test_qualifying_again_changes_nothing_and_other_words_are_refused(room: Room, lead: Lead) -> None:
    first = ask(room, "QualifyLead", words(lead.id), SUPERVISOR).lead
    assert ask(room, "QualifyLead", words(lead.id, evidence="later"), SUPERVISOR).lead == first
    other = refused(room, "QualifyLead", words(lead.id, budget_confirmed_by="boss"), SUPERVISOR)
    assert (other.code, other.reason) == ("ALREADY_EXISTS", "LEAD_ALREADY_QUALIFIED")
    assert len(told_of("lead_qualified.v1")) == 1


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"budget_confirmed_by": "nobody"}, "budget_confirmed_by", "CONFIRMER_UNKNOWN"),
        ({"fit_confirmed_by": "left"}, "fit_confirmed_by", "CONFIRMER_UNKNOWN"),
        ({"fit_confirmed_by": "counter"}, "fit_confirmed_by", "CONFIRMER_UNKNOWN"),
        ({"fit_confirmed_by": " "}, "fit_confirmed_by", "INVALID_FIELD"),
        ({"evidence": ""}, "evidence", "INVALID_FIELD"),
        ({"evidence": "x" * 2_001}, "evidence", "INVALID_FIELD"),
    ],
)
def test_who_vouches_works_here_and_says_why(
    room: Room, lead: Lead, fields: dict[str, str], field: str, reason: str
) -> None:
    commands.copy_confirmer(person("left", roles=frozenset({"marketing"})))
    commands.copy_confirmer(person("left", roles=frozenset({"marketing"}), active=False, version=2))
    commands.copy_confirmer(person("left", roles=frozenset({"marketing"}), version=1))  # arrives late
    commands.copy_confirmer(person("counter", roles=frozenset({"finance"})))
    refusal = refused(room, "QualifyLead", words(lead.id, **fields), SUPERVISOR)
    assert (refusal.code, refusal.reason) == ("INVALID_ARGUMENT", reason)
    assert refusal.failure.violations[0].field == field
    assert Lead.load(lead.id).qualify_time is None


def test_only_a_lead_with_an_owner_in_reach_is_qualified(room: Room, lead: Lead) -> None:
    waiting = room.create(region="west")
    assert refused(room, "QualifyLead", words(waiting.id), MARKETING).reason == "LEAD_NOT_ROUTED"
    assert refused(room, "QualifyLead", words(lead.id), salesperson("bob")).reason == "LEAD_NOT_FOUND"
    commands.close_lead(lead.id, reason="spam", why="", by="boss", at=lead.create_time)
    assert refused(room, "QualifyLead", words(lead.id), MARKETING).reason == "LEAD_CLOSED"


def close(room: Room, lead_id: str, caller: Any = SUPERVISOR, **fields: str) -> leads_pb.Lead:
    request = pb.CloseLeadRequest(lead_id=lead_id, **({"reason": "no_budget"} | fields))
    answer: pb.CloseLeadResponse = ask(room, "CloseLead", request, caller)
    return answer.lead


def test_a_closed_lead_needs_nobody_any_more(room: Room, lead: Lead) -> None:
    closed = close(room, lead.id, why="next year perhaps")
    assert (closed.state, closed.close_reason, closed.close_why) == (
        leads_pb.LEAD_STATE_CLOSED,
        "no_budget",
        "next year perhaps",
    )
    assert Lead.load(lead.id).deadlines == []
    assert room.open_untouched("alice") == 0
    assert close(room, lead.id, reason="spam") == closed
    (event,) = told_of("lead_closed.v1")
    assert (event["reason"], event["closed_by"], event["owner_id"]) == ("no_budget", "boss", "alice")
    request = leads_pb.ContactLeadRequest(lead_id=lead.id, summary="called")
    assert room.refusal("ContactLead", request, ALICE).reason == "LEAD_CLOSED"


def test_a_proposed_lead_can_be_closed_and_counts_for_nobody(room: Room, lead: Lead) -> None:
    room.set_policy(mode=leads_pb.ROUTING_MODE_CONFIRM)
    proposed = room.created_and_routed()
    assert room.open_untouched("alice") == 2
    close(room, proposed.id, MARKETING, reason="spam")
    assert room.open_untouched("alice") == 1
    assert Lead.load(proposed.id).deadlines == []


@pytest.mark.parametrize(
    ("fields", "field"), [({"reason": "tired"}, "reason"), ({"reason": ""}, "reason"), ({"reason": "other"}, "why")]
)
def test_a_lead_is_closed_for_a_preset_reason_or_with_words(
    room: Room, lead: Lead, fields: dict[str, str], field: str
) -> None:
    refusal = refused(room, "CloseLead", pb.CloseLeadRequest(lead_id=lead.id, **fields), SUPERVISOR)
    assert refusal.failure.violations[0].field == field
    assert Lead.load(lead.id).state == "assigned"
