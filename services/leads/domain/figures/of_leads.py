"""Who counts in the figures of leads: conversion, heat, first contact, time to quote, funnel."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from services.leads.domain.figures.facts import Facts, LeadFact, Moment
from services.leads.domain.figures.members import Member, Part

HEAT_LIMIT = timedelta(hours=72)
# A lead's way through the funnel; those from "proposal" on are stages of its opportunity.
FUNNEL = ("created", "contacted", "valid", "proposal", "quote", "contract", "payment")

Members = Callable[[Facts, Moment], Iterator[Member]]


def won_of_created(facts: Facts, moment: Moment) -> Iterator[Member]:
    """Leads created in the period; those with a won opportunity."""
    for lead in facts.leads:
        yield _counts(lead, Part.DENOMINATOR, lead.create_time)
        if lead.is_won:
            yield _counts(lead, Part.NUMERATOR, lead.create_time)


def quoted_hot(facts: Facts, moment: Moment) -> Iterator[Member]:
    """Leads that became valid in the period; those with a first quote within 72 h of that."""
    for lead in facts.leads:
        if lead.qualify_time is None:
            continue
        yield _counts(lead, Part.DENOMINATOR, lead.qualify_time)
        if lead.first_quote_time is not None and lead.first_quote_time - lead.qualify_time <= HEAT_LIMIT:
            yield _counts(lead, Part.NUMERATOR, lead.qualify_time)


def contacted_by_standard(facts: Facts, moment: Moment) -> Iterator[Member]:
    """Leads whose first contact was due in the period and is made or late; those in time, with summary and action."""
    for lead in facts.leads:
        due = lead.first_contact_due_time
        if due is None or (lead.contact_time is None and due > moment.now):
            continue
        yield _counts(lead, Part.DENOMINATOR, due)
        if lead.contact_time is not None and lead.contact_time <= due and lead.has_summary and lead.has_next_action:
            yield _counts(lead, Part.NUMERATOR, due)


def seconds_to_quote(facts: Facts, moment: Moment) -> Iterator[Member]:
    """Quoted leads that became valid in the period: seconds from then to the first quote, 0 when it was earlier."""
    for lead in facts.leads:
        if lead.qualify_time is not None and lead.first_quote_time is not None:
            waited = int((lead.first_quote_time - lead.qualify_time).total_seconds())
            yield _counts(lead, Part.NUMERATOR, lead.qualify_time, max(0, waited))


def step_of_funnel(step: int) -> Members:
    """Of the leads created in the period: those that came to this step / those that came to the one before."""

    def members(facts: Facts, moment: Moment) -> Iterator[Member]:
        for lead in facts.leads:
            reached = furthest_step(lead)
            if reached >= step - 1:
                yield _counts(lead, Part.DENOMINATOR, lead.create_time)
            if reached >= step:
                yield _counts(lead, Part.NUMERATOR, lead.create_time)

    return members


def furthest_step(lead: LeadFact) -> int:
    """The number of the furthest step; whoever came so far passed those before, even where nobody recorded it."""
    if lead.is_won:
        return len(FUNNEL) - 1
    if lead.stage in FUNNEL:
        return FUNNEL.index(lead.stage)
    if lead.qualify_time is not None or lead.stage:
        return FUNNEL.index("valid")
    return FUNNEL.index("contacted") if lead.contact_time is not None else 0


def created(facts: Facts, moment: Moment) -> Iterator[Member]:
    """Each lead created in the period."""
    return (_counts(lead, Part.DENOMINATOR, lead.create_time) for lead in facts.leads)


def valid(facts: Facts, moment: Moment) -> Iterator[Member]:
    """Each lead created in the period that is valid."""
    return (_counts(lead, Part.DENOMINATOR, lead.create_time) for lead in facts.leads if lead.qualify_time is not None)


def won(facts: Facts, moment: Moment) -> Iterator[Member]:
    """Each lead created in the period whose opportunity is won."""
    return (_counts(lead, Part.DENOMINATOR, lead.create_time) for lead in facts.leads if lead.is_won)


def _counts(lead: LeadFact, part: Part, time: datetime, amount: int = 1) -> Member:
    return Member(part, lead.id, "lead", lead.company, time, amount, lead.place)
