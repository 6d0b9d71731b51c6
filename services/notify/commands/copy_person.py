"""The copy of people that notify needs to reach them."""

from dataclasses import dataclass

from services.notify.documents import Recipient


@dataclass(frozen=True, slots=True)
class PersonState:
    """A person as the gateway tells it; `version` grows with each change there."""

    person_id: str
    name: str
    roles: tuple[str, ...]
    region: str
    supervisor_id: str
    email: str
    language: str
    active: bool
    version: int


def copy_person(person: PersonState) -> None:
    """Keep the newest known state; an older one changes nothing."""
    recipient = Recipient.find(person.person_id) or Recipient(id=person.person_id)
    if not recipient.is_new and recipient.person_version >= person.version:
        return
    recipient.name, recipient.roles, recipient.region = person.name, list(person.roles), person.region
    recipient.supervisor_id, recipient.email = person.supervisor_id, person.email
    recipient.language, recipient.active = person.language or "zh", person.active
    recipient.person_version = person.version
    recipient.commit()
