"""Nothing that a viewer may not see changes what the viewer gets: no list, count, figure or file of any area."""

from random import Random
from typing import Any

import mongoengine
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis import database
from chassis.documents import Aggregate
from chassis.principal import Principal
from tests.leads.figures_world import PEOPLE, START, Row, World, random_world, viewers
from tests.leads.reads import answer, readings, requests
from tests.leads.room import Room

STRANGERS = {"yan": ("t9", "north"), "zoe": ("t9", "north")}
_SPECIAL = ("salespeople", "accounts", "leads", "opportunities", "timeline_entries", "responsibility_entries")
LIMITED = [viewer for viewer in viewers() if viewer.roles & {"salesperson", "supervisor", "regional_manager"}]


def put(world: World) -> None:
    for collection, rows in world.items():
        if rows:
            database.current()[collection].insert_many(rows)


def clear() -> None:
    for collection in database.current().list_collection_names():
        database.current()[collection].delete_many({})


class Sight:
    """What a viewer sees, by the words of the policy."""

    def __init__(self, viewer: Principal, people: list[Row]) -> None:
        self._viewer = viewer
        self._team = {row["_id"] for row in people if viewer.team_id and row["team_id"] == viewer.team_id}

    def sees(self, row: Row, owner: str = "owner_id") -> bool:
        viewer = self._viewer
        if "regional_manager" in viewer.roles:
            return bool(row.get("region", "") == viewer.region)
        if "supervisor" in viewer.roles:
            return row[owner] == viewer.subject or row[owner] in self._team
        return bool(row[owner] == viewer.subject)

    def sees_lead(self, row: Row) -> bool:
        waits = row["owner_id"] == "" and row["region"] in ("", self._viewer.region)
        return self.sees(row) or (waits and "salesperson" not in self._viewer.roles)


def invisible_world(random: Random, known: World, sight: Sight) -> World:
    """More of everything that the viewer does not see; some of it hangs on what he sees."""
    more = random_world(random, prefix="x", people=[*PEOPLE, *STRANGERS])
    more["salespeople"] = [row for row in more["salespeople"] if row["_id"] in STRANGERS]
    for row in more["opportunities"]:
        if known["leads"] and random.random() < 0.5:
            row["lead_id"] = random.choice(known["leads"])["_id"]
    more["leads"] = [row for row in more["leads"] if not sight.sees_lead(row)]
    for collection in ("accounts", "opportunities", "timeline_entries"):
        more[collection] = [row for row in more[collection] if not sight.sees(row)]
    more["assets"] = [row for row in more["assets"] if not sight.sees(row, "author_id")]
    kept = {row["_id"] for row in more["accounts"]}
    more["responsibility_entries"] = [row for row in more["responsibility_entries"] if row["account_id"] in kept]
    return {**more, **of_other_areas(more)}


def of_other_areas(more: World) -> World:
    """A stranger's document of every other kind that has an owner, or belongs to an account."""
    found: World = {}
    accounts = [row["_id"] for row in more["accounts"]]
    for document in Aggregate.__subclasses__():
        fields = document._fields
        if not document.__module__.startswith("services.leads.") or document.collection_name() in _SPECIAL:
            continue
        if not fields.keys() & {"owner_id", "account_id"}:
            continue
        place: dict[str, Any] = {"owner_id": "zoe", "team_id": "t9", "region": "north"}
        place["account_id"] = accounts[0] if accounts else "x-account"
        given = {name: value for name, value in place.items() if name in fields}
        times = {name: START for name, field in fields.items() if isinstance(field, mongoengine.DateTimeField)}
        texts = {
            name: "x"
            for name, field in fields.items()
            if isinstance(field, mongoengine.StringField) and field.required and name not in given and name != "id"
        }
        row = dict(document(id=f"x-{document.collection_name()}", **texts, **times, **given).to_mongo())
        found[document.collection_name()] = [row]
    return found


@pytest.mark.timeout(900)  # minutes on a machine that does other things too
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False), st.sampled_from(LIMITED))
def test_nothing_changes_through_data_out_of_sight(room: Room, random: Random, viewer: Principal) -> None:
    if "marketing" in viewer.roles:  # sees all rows of lists
        viewer = Principal(viewer.subject, frozenset({"salesperson"}), viewer.team_id, viewer.region)
    clear()
    world = random_world(random)
    put(world)
    asked = [(reading, request) for reading in readings() for request in requests(reading, world, random)]
    before = [answer(room, reading, request, viewer) for reading, request in asked]
    put(invisible_world(random, world, Sight(viewer, world["salespeople"])))
    for (reading, request), known in zip(asked, before, strict=True):
        assert answer(room, reading, request, viewer) == known, (reading.name, request, viewer)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_marketing_meets_no_contact_anywhere(room: Room, random: Random) -> None:
    clear()
    world = random_world(random)
    phone, name = "+8613912345678", "诸葛不亮"
    for row in world["leads"]:
        row.update(phone=phone, contact_name=name)
    for row in world["accounts"]:
        row["phone"] = phone
    put(world)
    (marketing,) = [each for each in viewers() if each.subject == "mark"]
    for reading in readings():
        for request in requests(reading, world, random):
            told = answer(room, reading, request, marketing)
            assert phone.encode() not in told, (reading.name, request)
            assert name.encode() not in told, (reading.name, request)
