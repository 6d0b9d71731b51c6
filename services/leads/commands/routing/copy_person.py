"""Keep our copies of the people who sell."""

from services.leads.documents import Account, Salesperson
from services.leads.documents.salesperson import salesperson_facts
from services.leads.domain.person_copy import PersonCopy

SALESPERSON_ROLE = "salesperson"


def copy_person(person: PersonCopy) -> None:
    """Take over the state of a person who sells, or no longer does. An older state than ours changes nothing."""
    sells = SALESPERSON_ROLE in person.roles
    copy = Salesperson.find(person.person_id)
    if copy is None:
        if not sells:
            return
        copy = Salesperson(id=person.person_id)
    if person.version < copy.person_version:
        return
    copy.name = person.name
    copy.team_id = person.team_id
    copy.region = person.region
    copy.tags = list(person.tags)
    copy.active = person.active and sells
    copy.supervisor_id = person.supervisor_id
    copy.leaves = [{"start_time": leave.start, "end_time": leave.end} for leave in person.leaves]
    copy.person_version = person.version
    copy.commit()
    # After the copy, and again on a second delivery: a kill in between must not leave accounts with the old team.
    _tell_new_team(copy)


def _tell_new_team(owner: Salesperson) -> None:
    moved = Account.collection().find({"owner_id": owner.id, "team_id": {"$ne": owner.team_id}}, {"_id": 1})
    for found in list(moved):
        account = Account.load(found["_id"])
        if account.owner_id == owner.id:
            account.belong_to(salesperson_facts(owner.to_mongo(), ""))
            account.commit(why="the owner's team changed")
