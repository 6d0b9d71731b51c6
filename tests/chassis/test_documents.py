"""A commit is one atomic write of state, events and audit; nobody's change is overwritten."""

from datetime import timedelta
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict, Parse

from chassis import principal
from chassis.bulk import Changes
from chassis.clocks import clock
from chassis.documents import (
    DocumentNotFound,
    VersionConflict,
    commit_many,
    insert_many_committed,
    transaction,
)
from chassis.envelopes import event_type
from chassis.outbox import receive
from chassis.principal import Principal
from saleloop.audit.v1.events_pb2 import ChangeRecorded, ChangesRecorded
from saleloop.leads.v1 import events_pb2 as events
from tests.chassis.probe import Effect, Thing

pytestmark = pytest.mark.usefixtures("connected")


def stored(thing: Thing) -> dict[str, Any]:
    found = Thing.collection().find_one({"_id": thing.id})
    assert found is not None
    return found


def outbox_types(thing: Thing) -> list[str]:
    return [entry["type"] for entry in stored(thing)["outbox"]]


def audits(thing: Thing) -> list[ChangeRecorded]:
    bodies = [entry["body"] for entry in stored(thing)["outbox"] if entry["type"] == "change_recorded.v1"]
    return [Parse(body, ChangeRecorded()) for body in bodies]


def test_the_first_commit_writes_state_events_and_audit_together() -> None:
    thing = Thing(name="a")
    thing.created()
    assert thing.version == 1
    assert not thing.is_new
    assert outbox_types(thing) == ["lead_created.v1", "change_recorded.v1"]
    entry = stored(thing)["outbox"][0]
    assert (entry["subject"], entry["sequence"]) == (thing.id, 1)
    assert entry["body"] == f'{{"lead_id":"{thing.id}","region":"east"}}'


def test_a_commit_without_a_change_writes_nothing() -> None:
    thing = Thing(name="a").created()
    before = stored(thing)
    loaded = Thing.load(thing.id)
    loaded.name = "a"
    loaded.commit()
    assert stored(thing) == before


def test_changes_inside_containers_are_found() -> None:
    thing = Thing(name="a", tags=["x"], contact={"deep": {"list": [1]}})
    thing.commit()
    loaded = Thing.load(thing.id)
    loaded.tags.clear()
    loaded.contact["deep"]["list"].append(2)  # type: ignore[index]  # a nested mapping
    loaded.commit()
    again = Thing.load(thing.id)
    assert list(again.tags) == []
    assert again.contact == {"deep": {"list": [1, 2]}}
    again.phone = "1"
    again.commit()
    again.phone = None  # type: ignore[assignment]  # unset
    again.commit()
    assert "phone" not in stored(thing)


def test_a_loaded_outbox_is_never_saved_back() -> None:
    thing = Thing(name="a").created()
    loaded = Thing.objects(id=thing.id).first()
    Thing.collection().update_one({"_id": thing.id}, {"$pull": {"outbox": {"type": "lead_created.v1"}}})
    loaded.name = "b"
    loaded.emit(events.LeadContacted(lead_id=thing.id))
    loaded.commit()
    assert outbox_types(thing) == ["change_recorded.v1", "lead_contacted.v1", "change_recorded.v1"]


def test_the_second_of_two_writers_is_refused_and_changes_nothing() -> None:
    thing = Thing(name="a").created()
    first, second = Thing.load(thing.id), Thing.load(thing.id)
    first.name = "first"
    first.commit()
    second.name = "second"
    second.emit(events.LeadContacted(lead_id=thing.id))
    with pytest.raises(VersionConflict) as refused:
        second.commit()
    assert (refused.value.code, refused.value.reason) == ("ABORTED", "VERSION_CONFLICT")
    assert stored(thing)["name"] == "first"
    assert "lead_contacted.v1" not in outbox_types(thing)


def test_two_new_documents_with_one_id_are_a_conflict() -> None:
    Thing(id="one", name="a").commit()
    with pytest.raises(VersionConflict):
        Thing(id="one", name="b").commit()


def test_a_missing_document_is_told() -> None:
    with pytest.raises(DocumentNotFound) as refused:
        Thing.load("nothing")
    assert refused.value.code == "NOT_FOUND"
    assert Thing.find("nothing") is None


def test_an_event_is_taken_once_and_the_newest_hundred_are_remembered() -> None:
    thing = Thing(name="a")
    thing.commit()
    for number in range(120):
        loaded = Thing.load(thing.id)
        assert loaded.take(f"e{number}")
        assert not loaded.take(f"e{number}")
        loaded.commit()
    loaded = Thing.load(thing.id)
    assert not loaded.take("e119")
    assert stored(thing)["handled"] == [f"e{number}" for number in range(20, 120)]


def test_deadlines_are_replaced_and_cancelled_with_the_state() -> None:
    thing = Thing(name="a")
    soon, later = clock.now() + timedelta(hours=1), clock.now() + timedelta(hours=2)
    thing.schedule("remind", soon)
    thing.schedule("break", later)
    thing.commit()
    loaded = Thing.load(thing.id)
    loaded.schedule("remind", later)
    loaded.cancel("break")
    loaded.commit()
    again = Thing.load(thing.id)
    assert again.deadline("remind") == later
    assert again.deadline("break") is None
    version = again.version
    again.schedule("remind", later)
    again.commit()
    assert again.version == version
    with pytest.raises(ValueError, match="aware"):
        again.schedule("remind", later.replace(tzinfo=None))


def test_the_audit_record_says_who_what_before_after_and_why() -> None:
    with principal.acting(Principal("person-7"), "leads.Rename", "typing error"):
        thing = Thing(name="a", phone="+8613800000000", contact={"phone": "1", "city": "上海"})
        thing.commit()
        thing.name = "b"
        thing.commit("customer asked")
    made, renamed = audits(thing)
    assert (made.actor, made.operation, made.why) == ("person-7", "leads.Rename", "typing error")
    assert (renamed.why, renamed.version, renamed.document_id) == ("customer asked", 2, thing.id)
    assert MessageToDict(renamed.changes) == {"name": {"before": "a", "after": "b"}}
    changes = MessageToDict(made.changes)
    assert changes["phone"]["after"].startswith("sha256:")
    assert changes["contact"]["after"]["phone"].startswith("sha256:")
    assert changes["contact"]["after"]["city"] == "上海"
    assert "13800000000" not in str(stored(thing)["outbox"])


def test_a_copy_needs_no_audit() -> None:
    effect = Effect(times=1)
    effect.commit()
    found = Effect.collection().find_one({"_id": effect.id})
    assert found is not None
    assert "outbox" not in found


class Collected(list[str]):
    def offer(self, collection: str, document_id: str, entries: list[Any]) -> None:
        self.extend(entry["type"] for entry in entries)


def test_a_transaction_hands_its_events_over_only_when_it_is_committed() -> None:
    handed = Collected()
    receive(handed)
    try:
        one, two = Thing(name="one"), Thing(name="two")

        def fail(session: Any) -> None:
            one.commit(session=session)
            raise RuntimeError("no")

        with pytest.raises(RuntimeError):
            transaction(fail)
        assert handed == []
        assert Thing.find(one.id) is None

        def work(session: Any) -> None:
            Thing(name="both").commit(session=session)
            two.commit(session=session)
            assert handed == []

        transaction(work)
        assert handed == ["change_recorded.v1", "change_recorded.v1"]
    finally:
        receive(None)


def test_many_documents_are_inserted_with_their_events_and_duplicates_returned() -> None:
    Thing(id="t1", name="there").commit()
    things = [Thing(id=f"t{number}", name="new") for number in range(3)]
    for thing in things:
        thing.emit(events.LeadCreated(lead_id=thing.id))
    refused = insert_many_committed(things)
    assert [thing.id for thing in refused] == ["t1"]
    assert outbox_types(things[0]) == ["lead_created.v1", "change_recorded.v1"]
    assert stored(things[1])["name"] == "there"


def test_many_commits_happen_together_or_not_at_all() -> None:
    things = [Thing(id=f"t{number}", name="old") for number in range(3)]
    insert_many_committed(things)
    for thing in things:
        thing.name = "new"
    other = Thing.load("t2")
    other.name = "other"
    other.commit()
    with pytest.raises(VersionConflict):
        commit_many([*things, Thing(id="t9", name="new")])
    assert [stored(thing)["name"] for thing in things] == ["old", "old", "other"]
    assert Thing.find("t9") is None
    loaded = [Thing.load(thing.id) for thing in things]
    for thing in loaded:
        thing.name = "new"
    commit_many([*loaded, Thing(id="t9", name="new")])
    assert [stored(thing)["name"] for thing in things] == ["new"] * 3
    assert Thing.load("t9").version == 1


def told_together() -> list[list[ChangeRecorded]]:
    """The records of each event that tells many changes, in the order of their documents' ids."""
    rows = Thing.collection().find({"outbox.type": "changes_recorded.v1"}).sort("_id", 1)
    entries = [entry for row in rows for entry in row["outbox"] if entry["type"] == "changes_recorded.v1"]
    return [list(Parse(entry["body"], ChangesRecorded()).changes) for entry in entries]


def test_many_commits_of_one_transaction_tell_their_changes_in_few_events() -> None:
    things = [Thing(id=f"t{number:03d}", name="new") for number in range(250)]
    things[3].emit(events.LeadCreated(lead_id="t003"))
    commit_many(things, why="all at once")
    told = told_together()
    assert [len(each) for each in told] == [100, 100, 50]
    assert [record.document_id for each in told for record in each] == [thing.id for thing in things]
    assert {(record.why, record.version) for each in told for record in each} == {("all at once", 1)}
    assert Thing.collection().count_documents({"outbox.type": "change_recorded.v1"}) == 0
    assert outbox_types(things[3]) == ["lead_created.v1"]


def test_fields_of_a_stored_row_change_as_those_of_a_loaded_document_would() -> None:
    thing, other = Thing(id="t1", name="old"), Thing(id="t2", name="same")
    insert_many_committed([thing, other])
    changes = Changes()
    for row in list(Thing.collection().find({}, {"version": 1, "name": 1})):
        changes.set_fields(Thing, row, {"name": "same"}, why="alike")
    transaction(changes.write)
    changes.accept(None)
    assert (stored(thing)["name"], stored(thing)["version"], stored(other)["version"]) == ("same", 2, 1)
    ((record,),) = told_together()
    assert (record.document_id, record.version, record.why) == ("t1", 2, "alike")
    assert MessageToDict(record.changes) == {"name": {"before": "old", "after": "same"}}
    stale = Changes()
    stale.set_fields(Thing, {"_id": "t1", "version": 1, "name": "old"}, {"name": "newer"})
    with pytest.raises(VersionConflict):
        transaction(stale.write)
    assert stored(thing)["name"] == "same"


def test_event_types_follow_the_message_names() -> None:
    assert event_type(events.LeadCreated) == "lead_created.v1"
    assert event_type(ChangeRecorded) == "change_recorded.v1"


def test_the_sweep_and_the_timer_find_their_work_by_index() -> None:
    Thing(name="a").created()
    for path, index in (("outbox.real_time", "outbox_real_time"), ("deadlines.due_time", "deadlines_due_time")):
        plan = Thing.collection().find({path: {"$lt": clock.now()}}).sort(path, 1).explain()
        assert index in str(plan["queryPlanner"]["winningPlan"])
