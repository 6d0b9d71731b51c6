"""Kills and outages: what was acknowledged is there, and everything it causes exists exactly once."""

from collections import Counter

import pytest

from tests.resilience.chaos import VICTIMS
from tests.resilience.doors import LATEST_ANSWER_S
from tests.resilience.ledger import OK
from tests.resilience.story import BROKER_AWAY, COMMANDS, KILLS, KILLS_EACH, PHASES, STORAGE_AWAY, Story

RESUMES_WITHIN_S = 10.0


def test_every_process_was_killed_while_2000_commands_were_sent(story: Story) -> None:
    assert len(story.ledger.of(KILLS)) == COMMANDS
    assert story.kills == dict.fromkeys(VICTIMS, KILLS_EACH)


@pytest.mark.parametrize("phase", PHASES)
def test_every_command_was_answered_in_the_end(story: Story, phase: str) -> None:
    assert [command.key for command in story.ledger.of(phase) if not command.lead_id] == []


@pytest.mark.parametrize("phase", PHASES)
def test_no_caller_waited_longer_than_the_deadline(story: Story, phase: str) -> None:
    slowest = max(attempt.seconds for command in story.ledger.of(phase) for attempt in command.attempts)
    assert slowest <= LATEST_ANSWER_S


@pytest.mark.parametrize("phase", PHASES)
def test_callers_are_told_unavailable_and_nothing_else(story: Story, phase: str) -> None:
    others = [attempt for attempt in story.ledger.refusals(phase) if attempt.code != "UNAVAILABLE"]
    assert others == []


def test_callers_were_refused_while_the_database_was_away(story: Story) -> None:
    assert Counter(story.answers_during_outage(STORAGE_AWAY)).keys() == {"UNAVAILABLE"}


def test_leads_were_taken_in_while_the_broker_was_away(story: Story) -> None:
    assert Counter(story.answers_during_outage(BROKER_AWAY)).keys() == {OK}


@pytest.mark.parametrize("phase", PHASES)
def test_each_command_made_one_lead_however_often_it_was_sent(story: Story, phase: str) -> None:
    answered = story.ledger.lead_ids(phase)
    assert len(set(answered)) == len(answered)
    assert {lead["_id"] for lead in story.state.leads(answered)} == set(answered)


def test_there_is_no_lead_that_nobody_asked_for(story: Story) -> None:
    answered = {lead_id for phase in PHASES for lead_id in story.ledger.lead_ids(phase)}
    assert {lead["_id"] for lead in story.state.leads()} == answered


@pytest.mark.parametrize("phase", PHASES)
def test_each_lead_was_assigned_exactly_once(story: Story, phase: str) -> None:
    owners = {lead["_id"]: lead["owner_id"] for lead in story.state.leads(story.ledger.lead_ids(phase))}
    assigned = Counter((entry["lead_id"], entry["owner_id"]) for entry in story.state.assignments())
    assert {pair: number for pair, number in assigned.items() if pair[0] in owners} == dict.fromkeys(owners.items(), 1)


def test_each_company_has_one_account_with_the_owner_of_its_leads(story: Story) -> None:
    companies = {command.company for command in story.ledger.commands}
    accounts = story.state.accounts()
    owners = {account["_id"]: account["owner_id"] for account in accounts}
    assert Counter(account["name"] for account in accounts) == dict.fromkeys(companies, 1)
    assert [lead["_id"] for lead in story.state.leads() if owners.get(lead["account_id"]) != lead["owner_id"]] == []


def test_each_assignment_was_counted_once(story: Story) -> None:
    by_owner = Counter(lead["owner_id"] for lead in story.state.leads())
    counted = {person["_id"]: person["open_untouched"] for person in story.state.salespeople()}
    assert {person: number for person, number in counted.items() if number} == by_owner


@pytest.mark.parametrize("phase", PHASES)
def test_each_lead_stands_once_in_its_owners_inbox(story: Story, phase: str) -> None:
    owned = {(lead["owner_id"], lead["_id"]) for lead in story.state.leads(story.ledger.lead_ids(phase))}
    lead_ids = {lead_id for _, lead_id in owned}
    told = {pair: number for pair, number in story.state.told().items() if pair[1] in lead_ids}
    assert told == dict.fromkeys(owned, 1)


def test_the_audit_tells_of_each_version_once(story: Story) -> None:
    leads = {lead["_id"]: list(range(1, lead["version"] + 1)) for lead in story.state.leads()}
    assert story.state.audited_versions("leads") == leads
    accounts = {account["_id"]: list(range(1, account["version"] + 1)) for account in story.state.accounts()}
    assert story.state.audited_versions("accounts") == accounts


def test_the_audit_chains_hold(story: Story) -> None:
    exit_code, verdict = story.verdict_on_chains()
    assert exit_code == 0, verdict
    assert "leads: OK" in verdict


def test_nothing_waits_and_nothing_was_given_up(story: Story) -> None:
    assert story.state.unpublished() == {}
    assert story.state.waiting(story.owners) == {}
    assert story.state.parked() == 0


@pytest.mark.parametrize("phase", [BROKER_AWAY, STORAGE_AWAY])
def test_everything_resumes_by_itself(story: Story, phase: str) -> None:
    resumption = story.resumptions[phase]
    print(f"{phase}: {resumption}")  # noqa: T201  # a measurement
    assert resumption.answered <= RESUMES_WITHIN_S
    assert resumption.told <= RESUMES_WITHIN_S
    assert resumption.ready <= RESUMES_WITHIN_S
    assert resumption.all_told <= 2 * RESUMES_WITHIN_S
