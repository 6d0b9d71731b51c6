"""Tell people about an event: inbox items, its task card, and messages for the channels.

Everything is keyed by ids derived from the event, so that a second delivery of it changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.bulk import insert_many_committed
from chassis.clocks import real_clock
from chassis.ids import derived_id
from services.notify.catalogue import catalogue
from services.notify.commands.audiences import Reader, named_in, readers_of
from services.notify.commands.task_cards import finish_cards, touch_card
from services.notify.config import settings
from services.notify.documents import Channel, Delivery, InboxItem
from services.notify.domain.notices import CLOSING, NAMED_PEOPLE, NOTICES, Notice, fill
from services.notify.domain.robots import ChannelKind
from services.notify.domain.texts import Message, render


@dataclass(frozen=True, slots=True)
class Event:
    """An event as plain data: `fields` by their names in the contract, `time` in business time."""

    id: str
    type: str
    time: datetime
    traceparent: str
    fields: Mapping[str, Any]


def tell(event: Event) -> None:
    """Do what the table says for this type of event. Inbox items come first: people wait for those."""
    notice = NOTICES[event.type]
    named = named_in(notice.audience, event.fields)
    readers = readers_of(notice.audience, event.fields, named)
    values = _values(notice, event.fields, named)
    subject = fill(notice.subject, event.fields)
    _fill_inboxes(event, notice, readers, subject, values)
    if notice.card is not None:
        touch_card(notice, event.fields, event.time, readers, subject, values)
    _close(event, notice.closes)
    _queue_deliveries(event, notice, readers, subject, values)


def close_cards(event: Event) -> None:
    """Do what the table says for an event that only closes cards."""
    _close(event, CLOSING[event.type])


def _close(event: Event, keys: Sequence[str]) -> None:
    by = str(event.fields.get("decided_by") or "event")
    if keys:
        filled = [fill(key, event.fields) for key in keys]
        finish_cards(filled, event.time, by=by, is_lead="lead_id" in event.fields)


def _values(notice: Notice, fields: Mapping[str, Any], named: Mapping[str, Reader]) -> dict[str, Any]:
    """The fields for the texts: coded values become words, and people get names beside their ids."""
    values = dict(fields)
    for name, family in notice.words.items():
        values[name] = {"word": f"{family}.{fields.get(name, '')}"}
    for name in NAMED_PEOPLE:
        person = named.get(str(fields.get(name) or ""))
        values[f"{name}_name"] = person.name if person else ""
    return values


def _fill_inboxes(
    event: Event, notice: Notice, readers: Sequence[Reader], subject: str, values: Mapping[str, Any]
) -> None:
    items = []
    for reader in readers:
        message = _message(reader.language, notice, values)
        items.append(
            InboxItem(
                id=derived_id(event.id, reader.person_id),
                recipient_id=reader.person_id,
                template=notice.template,
                title=message.title,
                text=message.text,
                subject=subject,
                create_time=event.time,
            )
        )
    if items:
        insert_many_committed(items)  # those that are there already were told before


def _queue_deliveries(
    event: Event, notice: Notice, readers: Sequence[Reader], subject: str, values: Mapping[str, Any]
) -> None:
    told_roles = {role for reader in readers for role in reader.roles}
    addresses = sorted({reader.email for reader in readers if reader.email})
    deliveries = []
    for channel in Channel.collection().find({"enabled": True}):
        is_mail = channel["kind"] == ChannelKind.MAIL
        if (channel["roles"] and not told_roles.intersection(channel["roles"])) or (is_mail and not addresses):
            continue
        message = _message(channel["language"], notice, values)
        deliveries.append(
            Delivery(
                id=derived_id(event.id, channel["_id"]),
                channel_id=channel["_id"],
                template=notice.template,
                subject=subject,
                title=message.title,
                text=message.text,
                critical=notice.critical,
                addresses=addresses if is_mail else [],
                create_time=event.time,
                traceparent=event.traceparent,
                next_attempt_time=real_clock.now(),
            )
        )
    if deliveries:
        insert_many_committed(deliveries)


def _message(language: str, notice: Notice, values: Mapping[str, Any]) -> Message:
    return render(catalogue(language), notice.template, values, settings().zone)
