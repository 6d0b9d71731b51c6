"""Between protobuf and what notify works with."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from chassis import telemetry
from saleloop.notify.v1 import notify_service_pb2 as pb
from services.notify.catalogue import catalogue
from services.notify.commands.put_channel import ChannelState
from services.notify.config import settings
from services.notify.documents import Channel, Delivery, InboxItem, TaskCard
from services.notify.domain.errors import ChannelInvalid
from services.notify.domain.robots import ChannelKind, shown_url
from services.notify.domain.texts import render


def fields_of(message: Message) -> dict[str, Any]:
    """An event's fields as the plain values that texts are made of (see domain.texts)."""
    return {field.name: _plain(message, field) for field in message.DESCRIPTOR.fields}


def _plain(message: Message, field: Any) -> Any:
    value = getattr(message, field.name)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return {"texts": dict(value)}
    if field.is_repeated:
        return {"names": [getattr(item, "name", item) for item in value]}
    if field.message_type is not None:
        return _plain_message(value) if message.HasField(field.name) else None
    if field.enum_type is not None:
        number = field.enum_type.values_by_number.get(value)
        return {"word": number.name.lower() if number else str(value)}
    return value


def _plain_message(value: Any) -> Any:
    if isinstance(value, Timestamp):
        return value.ToDatetime(UTC)
    return fields_of(value)


def inbox_item_to_proto(item: InboxItem) -> pb.InboxItem:
    return pb.InboxItem(
        id=item.id,
        recipient_id=item.recipient_id,
        template=item.template,
        title=item.title,
        text=item.text,
        subject=item.subject,
        create_time=_timestamp(item.create_time),
        read_time=_timestamp(item.read_time),
    )


def task_card_to_proto(card: TaskCard, language: str) -> pb.TaskCard:
    """The card in the reader's language."""
    shown = render(catalogue(language), card.template, card.values, settings().zone)
    return pb.TaskCard(
        id=card.id,
        state=pb.TaskCardState.Value(f"TASK_CARD_STATE_{card.state.upper()}"),
        template=card.template,
        title=shown.title,
        text=shown.text,
        subject=card.subject,
        person_ids=card.person_ids,
        create_time=_timestamp(card.create_time),
        changed_by=card.changed_by,
        change_time=_timestamp(card.change_time),
        version=card.version,
    )


def delivery_to_proto(delivery: Delivery) -> pb.Delivery:
    return pb.Delivery(
        id=delivery.id,
        channel_id=delivery.channel_id,
        template=delivery.template,
        subject=delivery.subject,
        state=pb.DeliveryState.Value(f"DELIVERY_STATE_{delivery.state.upper()}"),
        attempts=[_attempt_to_proto(attempt) for attempt in delivery.attempts],
        create_time=_timestamp(delivery.create_time),
        trace_id=telemetry.trace_id(delivery.traceparent) if delivery.traceparent else "",
    )


def channel_to_proto(channel: Channel) -> pb.Channel:
    """The channel without its secrets."""
    return pb.Channel(
        id=channel.id,
        kind=pb.ChannelKind.Value(f"CHANNEL_KIND_{channel.kind.upper()}"),
        url=shown_url(channel.url),
        roles=channel.roles,
        sender=channel.sender,
        language=channel.language,
        enabled=channel.enabled,
        version=channel.version,
    )


def channel_from_proto(channel: pb.Channel) -> ChannelState:
    """Raises ChannelInvalid for an unknown kind."""
    kinds = {pb.ChannelKind.Value(f"CHANNEL_KIND_{kind.upper()}"): kind for kind in ChannelKind}
    if channel.kind not in kinds:
        raise ChannelInvalid("channel.kind", "must be a WeCom robot, a DingTalk robot or mail")
    return ChannelState(
        id=channel.id,
        kind=kinds[channel.kind],
        url=channel.url,
        secret=channel.secret,
        roles=tuple(channel.roles),
        sender=channel.sender,
        language=channel.language,
        enabled=channel.enabled,
    )


def state_name(enum: Any, prefix: str, number: int) -> str:
    """TASK_CARD_STATE_OPEN -> "open"; "" for the unspecified value. Raises ValueError for a number without a name."""
    return enum.Name(number).removeprefix(prefix).lower() if number else ""


def _attempt_to_proto(attempt: Mapping[str, Any]) -> pb.DeliveryAttempt:
    return pb.DeliveryAttempt(
        attempt_time=_timestamp(attempt["attempt_time"]), succeeded=attempt["succeeded"], answer=attempt["answer"]
    )


def _timestamp(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
