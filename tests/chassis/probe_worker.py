"""The probe's worker process."""

from chassis.green import patch

patch()

from datetime import datetime  # noqa: E402  # eventlet patches before anything else is imported
from typing import Any  # noqa: E402 - after patching

from chassis import telemetry  # noqa: E402 - after patching
from chassis.clocks import real_clock  # noqa: E402 - after patching
from chassis.consumer import EventContext, Park, handles, run_worker  # noqa: E402 - after patching
from chassis.database import current  # noqa: E402 - after patching
from chassis.deadlines import on_deadline  # noqa: E402 - after patching
from chassis.settings import ServiceSettings  # noqa: E402 - after patching
from saleloop.leads.v1 import events_pb2 as events  # noqa: E402 - after patching
from tests.chassis.probe import Effect, Thing, fails  # noqa: E402 - after patching


class ProbeWorker:
    """Handlers that count, fail and park."""

    @handles(events.LeadCreated)
    def count_created(self, event: events.LeadCreated, context: EventContext) -> None:
        effect = Effect.find(event.lead_id) or Effect(id=event.lead_id)
        if effect.take(context.id):
            effect.times += 1
            effect.commit()

    @handles(events.LeadAssigned)
    def fail_always(self, event: events.LeadAssigned, context: EventContext) -> None:
        seen = {"trace": context.trace, "current_trace": telemetry.trace_id()}
        current()["tries"].insert_one({"event_id": context.id, "time": real_clock.now(), **seen})
        if fails("fail_always"):
            raise RuntimeError("the probe fails")

    @handles(events.LeadUnroutable)
    def park_at_once(self, event: events.LeadUnroutable, context: EventContext) -> None:
        raise Park("nobody can help")

    @on_deadline(Thing, "remind")
    def remind(self, thing: Thing, due_time: datetime) -> None:
        thing.reminders += 1
        thing.emit(events.LeadCreated(lead_id=f"reminded-{thing.id}"))

    @on_deadline(Thing, "break")
    def break_deadline(self, thing: Thing, due_time: datetime) -> Any:
        current()["tries"].insert_one({"event_id": thing.id, "time": real_clock.now()})
        if fails("break"):
            raise RuntimeError("the deadline fails")
        thing.name = "mended"


if __name__ == "__main__":
    run_worker("leads", ProbeWorker, ServiceSettings())
