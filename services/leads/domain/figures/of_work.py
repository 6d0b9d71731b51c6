"""Who counts in the figures of people's work: touches, active users, completeness, assets, interventions."""

from collections.abc import Iterator

from services.leads.domain.figures.facts import EntryFact, Facts, Moment, PersonFact
from services.leads.domain.figures.members import Member, Part
from services.leads.domain.figures.period import day_of, midnight

# Timeline entries that touch a customer.
TOUCHES = ("touch_logged", "lead_contacted", "proposal_delivered", "visit_recorded")
# Entries of the responsibility log by which somebody else than the owner or the rules decides.
INTERVENTIONS = ("overridden", "conflict_decided", "claimed", "transferred")
ASSETS = ("solution", "objection_answer", "key_action")
# What should be filled in, beside what a lead or an account cannot be without.
REQUIRED_OF_LEAD = ("contact_name", "region", "budget_range", "urgency", "needs")
REQUIRED_OF_ACCOUNT = ("phone", "region", "level", "attributes.industry", "attributes.decision_chain")
REQUIRED_OF_OPPORTUNITY = ("segment", "expected_amount_minor", "expected_close_time")


def touches_of_work_days(facts: Facts, moment: Moment) -> Iterator[Member]:
    """Working days of the active salespeople; touches that these people made in the period, on whatever day."""
    people = {person.place.person: person for person in facts.people}
    for person in facts.people:
        yield from _work_days(person, moment)
    for entry in facts.touches:
        if entry.by in people:
            place = people[entry.by].place
            yield Member(Part.NUMERATOR, entry.id, "timeline_entry", entry.kind, entry.time, 1, place)


def active_of_work_days(facts: Facts, moment: Moment) -> Iterator[Member]:
    """Working days of the active salespeople; those on which the person did anything that a timeline shows."""
    acted = {(entry.by, day_of(entry.time)) for entry in facts.actions}
    for person in facts.people:
        for work_day in _work_days(person, moment):
            yield work_day
            if (person.place.person, day_of(work_day.time)) in acted:
                yield work_day._replace(part=Part.NUMERATOR)


def filled_of_required(facts: Facts, moment: Moment) -> Iterator[Member]:
    """The fields that should be filled of what was created in the period; those that are."""
    for lead in facts.leads:
        member = Member(Part.DENOMINATOR, lead.id, "lead", lead.company, lead.create_time, lead.required, lead.place)
        yield from (member, member._replace(part=Part.NUMERATOR, amount=lead.filled))
    for account in facts.accounts:
        member = Member(
            Part.DENOMINATOR, account.id, "account", account.name, account.create_time, account.required, account.place
        )
        yield from (member, member._replace(part=Part.NUMERATOR, amount=account.filled))
    for deal in facts.opportunities:
        member = Member(
            Part.DENOMINATOR, deal.id, "opportunity", deal.company, deal.create_time, deal.required, deal.place
        )
        yield from (member, member._replace(part=Part.NUMERATOR, amount=deal.filled))


def assets_of_active_accounts(facts: Facts, moment: Moment) -> Iterator[Member]:
    """Accounts that were touched in the period; assets recorded in it."""
    for entry in facts.touches:
        if entry.account_id:
            yield _account(entry)
    for asset in facts.assets:
        yield Member(Part.NUMERATOR, asset.id, "asset", asset.kind, asset.create_time, 1, asset.place)


def interventions(facts: Facts, moment: Moment) -> Iterator[Member]:
    """Entries of the responsibility log by which a leader decided for somebody else; the person is the leader."""
    for entry in facts.interventions:
        if entry.by and entry.by != entry.owner_id:
            place = entry.place._replace(person=entry.by)
            yield Member(Part.NUMERATOR, entry.id, "responsibility_entry", entry.kind, entry.time, 1, place)


def _account(entry: EntryFact) -> Member:
    return Member(Part.DENOMINATOR, entry.account_id, "account", "", entry.time, 1, entry.place)


def _work_days(person: PersonFact, moment: Moment) -> Iterator[Member]:
    for day in moment.work_days:
        name = f"{person.place.person}/{day}"
        yield Member(Part.DENOMINATOR, name, "work_day", person.name, midnight(day), 1, person.place)
