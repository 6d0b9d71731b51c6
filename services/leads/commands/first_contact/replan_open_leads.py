"""Plan the deadlines of open leads again after the rules have changed."""

from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.bulk import Changes
from chassis.documents import transaction
from services.leads.documents import Lead
from services.leads.documents.first_contact_rules import current_rules
from services.leads.domain.first_contact.follow_up import FirstContactRules
from services.leads.domain.lead_state import LeadState

TOGETHER = 200  # leads in one transaction


def replan_open_leads(*, at: datetime) -> int:
    """Plan every lead that waits for its first contact by the present rules, none earlier than `at` (UTC).

    Answers how many. Each lead keeps the version of the rules that it was planned by, so a run that was cut off
    continues where it stopped, and a second one finds nothing to do.
    """
    rules = current_rules()
    done = 0
    while stale := _stale(rules):
        done += transaction(lambda session, ids=stale: _replan(ids, rules, at, session))  # type: ignore[misc]  # ids is bound at once
    return done


def _stale(rules: FirstContactRules) -> list[str]:
    open_leads = {"state": LeadState.ASSIGNED, "first_contact_rules_version": {"$not": {"$gte": rules.version}}}
    return [row["_id"] for row in Lead.collection().find(open_leads, {"_id": 1}).sort("_id", 1).limit(TOGETHER)]


def _replan(lead_ids: list[str], rules: FirstContactRules, at: datetime, session: ClientSession) -> int:
    changes = Changes()
    leads = Lead.load_many(lead_ids, session=session).values()
    for lead in leads:
        if lead.state == LeadState.ASSIGNED and lead.first_contact_rules_version < rules.version:
            lead.plan_first_contact(rules, max(at, lead.assign_time or at))
            changes.add(lead, "the rules of the first contact changed")
    changes.write(session)
    changes.accept(session)
    return len(leads)
