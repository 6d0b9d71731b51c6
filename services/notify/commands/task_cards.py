"""Task cards: opened and moved by events, acknowledged and completed by people."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chassis.clocks import clock
from chassis.ids import derived_id
from chassis.principal import Principal
from services.notify.commands.audiences import Reader
from services.notify.documents import InboxItem, TaskCard
from services.notify.domain import cards
from services.notify.domain.cards import CardState
from services.notify.domain.errors import TaskCardNotFound
from services.notify.domain.notices import Notice, fill


def card_id(key: str) -> str:
    """The id of the card about a thing ("receivable/<contract>/<instalment>")."""
    return derived_id("task_card", key)


def touch_card(
    notice: Notice,
    fields: Mapping[str, Any],
    at: datetime,
    readers: Sequence[Reader],
    subject: str,
    values: Mapping[str, Any],
) -> None:
    """Open the event's card, or move it when the event stands higher than the card. Raises VersionConflict."""
    plan = notice.card
    if plan is None or _is_overtaken(subject, notice):
        return
    card = TaskCard.find(card_id(fill(plan.key, fields))) or TaskCard(id=card_id(fill(plan.key, fields)))
    level = plan.level_of(fields)
    moved = cards.after_event(None if card.is_new else CardState(card.state), card.level, level, plan.escalates_at)
    if not moved.changes:
        return
    watchers = [reader.person_id for reader in readers]
    if moved.state is CardState.ESCALATED:
        watchers += [reader.supervisor_id for reader in readers if reader.supervisor_id]
    card.create_time = card.create_time or at
    card.level, card.template, card.values, card.subject = level, notice.template, dict(values), subject
    card.person_ids = list(dict.fromkeys([*card.person_ids, *watchers]))
    card.move(moved, "event", at)
    card.commit()


def finish_cards(keys: Sequence[str], at: datetime, *, by: str, is_lead: bool) -> None:
    """The things are done. A card that is not there yet is put down as done and seen by nobody, so that the event that
    opens it finds it closed when it arrives late. Not for leads: most never have a card, see `_is_overtaken`."""
    ids = [card_id(key) for key in keys]
    found = TaskCard.load_many(ids)
    for each in ids:
        if each in found or not is_lead:
            card = found.get(each) or TaskCard(id=each, create_time=at, state=CardState.OPEN)
            card.complete(by, at)
            card.commit()


def acknowledge_task_card(task_card_id: str, *, by: Principal, sees_all: bool) -> TaskCard:
    """Take care of it. Repeating changes nothing. Raises TaskCardNotFound, WrongState."""
    card = visible_card(task_card_id, by=by, sees_all=sees_all)
    card.acknowledge(by.subject, clock.now())
    card.commit()
    return card


def complete_task_card(task_card_id: str, comment: str, *, by: Principal, sees_all: bool) -> TaskCard:
    """The work is done. Repeating changes nothing. Raises TaskCardNotFound."""
    card = visible_card(task_card_id, by=by, sees_all=sees_all)
    card.complete(by.subject, clock.now(), comment)
    card.commit(why=comment)
    return card


def visible_card(task_card_id: str, *, by: Principal, sees_all: bool) -> TaskCard:
    """The card, if the person may see it. Raises TaskCardNotFound."""
    card = TaskCard.load(task_card_id)
    if not sees_all and by.subject not in card.person_ids:
        raise TaskCardNotFound(task_card_id)
    return card


def _is_overtaken(subject: str, notice: Notice) -> bool:
    """True for a routing card whose lead has its owner already: the assignment was handled first."""
    if notice.template not in ("lead_routing_proposed", "lead_unroutable"):
        return False
    told = {"subject": subject, "template": "lead_assigned"}
    return InboxItem.collection().find_one(told, {"_id": 1}) is not None
