"""Keep our copies of the people who may vouch for a lead."""

from services.leads.documents.confirmer import Confirmer
from services.leads.domain.first_contact.qualification import CONFIRMING_ROLES
from services.leads.domain.person_copy import PersonCopy


def copy_confirmer(person: PersonCopy) -> None:
    """Take over whether this person may confirm. An older state than ours changes nothing."""
    may_confirm = person.active and not CONFIRMING_ROLES.isdisjoint(person.roles)
    copy = Confirmer.find(person.person_id)
    if copy is None:
        if not may_confirm:
            return
        copy = Confirmer(id=person.person_id)
    if person.version >= copy.person_version:
        copy.active, copy.person_version = may_confirm, person.version
        copy.commit()
