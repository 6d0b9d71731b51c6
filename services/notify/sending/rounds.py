"""One round of sending: for each channel as many messages as it takes now."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from chassis import telemetry
from chassis.logs import get_logger
from services.notify.documents import Channel, Delivery
from services.notify.domain import pace
from services.notify.domain.pace import Waiting
from services.notify.domain.robots import MAX_BYTES, Answer, ChannelKind
from services.notify.sending import claims, places, ways

log = get_logger(__name__)

_MESSAGES_A_ROUND = 50  # then other work of the process has its turn


def send_waiting(channel_id: str) -> int:
    """Send what waits for one channel, within its limits; returns the number of messages sent."""
    channel = Channel.find(channel_id)
    if channel is None or not channel.enabled:
        return 0
    send = _send_mails if channel.kind == ChannelKind.MAIL else _send_to_robot
    sent = 0
    while sent < _MESSAGES_A_ROUND and send(channel):
        sent += 1
    return sent


def _send_to_robot(channel: Channel) -> bool:
    """One message; False when nothing waits, or the robot must not be asked now."""
    waiting = claims.waiting(channel.id)
    if not waiting:
        return False
    place = places.take(channel.id, pace.places(waiting[0].critical))
    if place is None:
        return False
    max_bytes = MAX_BYTES[ChannelKind(channel.kind)]
    deliveries = claims.claim(pace.next_batch(waiting, place.free, max_bytes))
    if not deliveries:  # another worker was faster
        places.give_back(place)
        return True
    text = pace.body([_waiting(each) for each in deliveries], max_bytes)
    with _span(channel, deliveries):
        answer = ways.post_to_robot(channel, text)
    places.settle(place)
    return _recorded(channel, deliveries, answer)


def _send_mails(channel: Channel) -> bool:
    waiting = claims.waiting(channel.id)
    deliveries = claims.claim(waiting[:1])
    if not deliveries:
        return bool(waiting)
    (delivery,) = deliveries
    with _span(channel, deliveries):
        answer = ways.send_mail(channel, delivery.addresses, delivery.title, delivery.text)
    return _recorded(channel, deliveries, answer)


def _span(channel: Channel, deliveries: Sequence[Delivery]) -> AbstractContextManager[object]:
    """The message continues the trace of its first delivery; the others are links."""
    return telemetry.span(
        f"send {channel.kind}",
        "client",
        traceparent=deliveries[0].traceparent,
        links=[each.traceparent for each in deliveries[1:]],
        attributes={"saleloop.channel": channel.id, "saleloop.deliveries": len(deliveries)},
    )


def _recorded(channel: Channel, deliveries: Sequence[Delivery], answer: Answer) -> bool:
    claims.record(deliveries, answer)
    if not answer.succeeded:
        log.warning("message not sent", channel=channel.id, deliveries=len(deliveries), answer=answer.text)
    return answer.succeeded


def _waiting(delivery: Delivery) -> Waiting:
    return Waiting(delivery.id, delivery.title, delivery.text, delivery.critical)
