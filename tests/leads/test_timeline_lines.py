"""Every event that is kept becomes a line of its account."""

from contracts.topology import TIMELINE
from saleloop.leads.v1 import pipeline_service_pb2 as pb
from services.leads.translate.timeline import KEPT, kind_of
from tests.leads.pipeline_room import account_of, arrive, ask
from tests.leads.room import Room


def test_what_is_kept_is_what_is_subscribed() -> None:
    kept = {(event.DESCRIPTOR.full_name.split(".")[1], kind_of(event)) for event in KEPT}
    assert kept == set(TIMELINE)
    assert len(TIMELINE) == len(KEPT)


def test_each_event_stands_on_the_timeline_once_with_who_did_it(room: Room) -> None:
    room.hire("alice")
    lead = account_of(room)
    for event_class, who in KEPT.items():
        event, fields = event_class(), event_class.DESCRIPTOR.fields_by_name
        # A merge tells of two accounts, and its line belongs to the one that stays.
        key = next(name for name in ("account_id", "winner_id", "lead_id") if name in fields)
        setattr(event, key, lead.id if key == "lead_id" else lead.account_id)
        if who:
            setattr(event, who, "somebody")
        for _ in range(2):
            arrive(event, event_id=kind_of(event_class))
    request = pb.ListTimelineRequest(account_id=lead.account_id, page_size=100)
    entries = ask(room, "ListTimeline", request).entries
    assert sorted(entry.kind for entry in entries) == sorted(map(kind_of, KEPT))
    by = {entry.kind: entry.by for entry in entries}
    assert by == {kind_of(event_class): "somebody" if who else "" for event_class, who in KEPT.items()}
