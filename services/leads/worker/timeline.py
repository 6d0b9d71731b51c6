"""Keeps the timeline: a handler for each kind of event that stands on it."""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from chassis.consumer import EventContext, handles
from services.leads.commands import pipeline as commands
from services.leads.translate.timeline import KEPT, entry_of, kind_of


def _handler(event_class: type[Message], who: str) -> Callable[..., Any]:
    def handler(worker: Any, event: Message, context: EventContext) -> None:
        draft = entry_of(event, who=who, event_id=context.id, source=context.source, time=context.time)
        commands.keep_event(draft)

    # The queue is found by the method's name.
    handler.__name__ = f"keep_{kind_of(event_class)}"
    # Our own events come by the thousand after an import, and their lines can wait; others' move opportunities too.
    is_ours = event_class.DESCRIPTOR.full_name.startswith("saleloop.leads.")
    return handles(event_class, in_background=is_ours)(handler)


class TimelineReactions:
    """A handler `keep_<kind>` for each row of the table."""


for _event_class, _who in KEPT.items():
    setattr(TimelineReactions, f"keep_{kind_of(_event_class)}", _handler(_event_class, _who))
