"""Keep our copies of the people who sell."""

from services.leads.announcements import ownership as announcements
from services.leads.documents import Account, Lead, Salesperson
from services.leads.documents.salesperson import salesperson_facts
from services.leads.domain.lead_state import LeadState
from services.leads.domain.person_copy import PersonCopy

SALESPERSON_ROLE = "salesperson"


def copy_person(person: PersonCopy) -> bool:
    """Take over the state of a person who sells, or no longer does. An older state than ours changes nothing. True when
    the person may be able to take leads.

    The supervisor of somebody who leaves is told that accounts wait for their hand-over.
    """
    sells = SALESPERSON_ROLE in person.roles
    copy = Salesperson.find(person.person_id)
    if copy is None:
        if not sells:
            return False
        copy = Salesperson(id=person.person_id)
    if person.version < copy.person_version:
        return False
    was_active = copy.active
    copy.name = person.name
    copy.team_id = person.team_id
    copy.region = person.region
    copy.tags = list(person.tags)
    copy.active = person.active and sells
    copy.supervisor_id = person.supervisor_id
    copy.leaves = [{"start_time": leave.start, "end_time": leave.end} for leave in person.leaves]
    copy.person_version = person.version
    if was_active and not copy.active:
        _tell_what_waits(copy)
    copy.commit()
    # After the copy, and again on a second delivery: a kill in between must not leave accounts with the old team.
    _tell_new_team(copy)
    return bool(copy.active)


def _tell_what_waits(gone: Salesperson) -> None:
    accounts = Account.collection().count_documents({"owner_id": gone.id})
    open_leads = Lead.collection().count_documents({"owner_id": gone.id, "state": {"$ne": LeadState.CLOSED.value}})
    if accounts or open_leads:
        gone.emit(announcements.accounts_await_hand_over(gone, accounts, open_leads))


def _tell_new_team(owner: Salesperson) -> None:
    moved = Account.collection().find({"owner_id": owner.id, "team_id": {"$ne": owner.team_id}}, {"_id": 1})
    for found in list(moved):
        account = Account.load(found["_id"])
        if account.owner_id == owner.id:
            account.belong_to(salesperson_facts(owner.to_mongo(), ""))
            account.commit(why="the owner's team changed")
