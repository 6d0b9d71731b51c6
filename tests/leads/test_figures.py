"""Each figure, by each grouping, for each kind of viewer: as a slow computation by hand finds it."""

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis import database
from chassis.principal import Principal
from chassis.rpc_client import RemoteError
from saleloop.leads.v1 import figures_service_pb2 as pb
from saleloop.leads.v1.figures_service_pb2_grpc import LeadFiguresServiceStub
from services.leads.domain.figures.definitions import FIGURES
from tests.leads.figures_by_hand import ByHand, Counted, key_of, number_of
from tests.leads.figures_world import FIRST_DAY, LAST_DAY, World, random_world, viewers
from tests.leads.room import Room

GROUPINGS = {
    "total": pb.FIGURE_GROUPING_UNSPECIFIED,
    "person": pb.FIGURE_GROUPING_PERSON,
    "team": pb.FIGURE_GROUPING_TEAM,
    "region": pb.FIGURE_GROUPING_REGION,
    "channel": pb.FIGURE_GROUPING_CHANNEL,
    "segment": pb.FIGURE_GROUPING_SEGMENT,
    "week": pb.FIGURE_GROUPING_WEEK,
}
PARTS = {"numerator": pb.FIGURE_PART_NUMERATOR, "denominator": pb.FIGURE_PART_DENOMINATOR}


def fill(world: World) -> None:
    """The database holds this world and nothing else."""
    for collection, rows in world.items():
        stored = database.current()[collection]
        stored.delete_many({})
        if rows:
            stored.insert_many(rows)


def ask(room: Room, rpc: str, request: Any, viewer: Principal) -> Any:
    return room.ask(LeadFiguresServiceStub, rpc, request, viewer)


def asked(name: str, group_by: str, **more: Any) -> dict[str, Any]:
    days = {"first_day": FIRST_DAY, "last_day": LAST_DAY}
    return {"name": name, "group_by": GROUPINGS[group_by], **days, **more}


def groups_of(counted: list[Counted], group_by: str) -> dict[str, list[Counted]]:
    groups: dict[str, list[Counted]] = {}
    for each in counted:
        groups.setdefault(key_of(each, group_by), []).append(each)
    return groups


def numbers(rows: Any) -> list[tuple[str, int, int, str]]:
    return [(row.key, row.numerator, row.denominator, row.value) for row in rows]


def members(room: Room, question: dict[str, Any], group: str, part: str, viewer: Principal) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    token = ""
    while True:
        request = pb.ListFigureMembersRequest(**question, group=group, part=PARTS[part], page_size=3, page_token=token)
        answer = ask(room, "ListFigureMembers", request, viewer)
        found += [(member.id, member.amount) for member in answer.members]
        token = answer.next_page_token
        if not token:
            return found


def refusal(room: Room, rpc: str, request: Any, viewer: Principal) -> str:
    try:
        ask(room, rpc, request, viewer)
    except RemoteError as error:
        return str(error.reason)
    return ""


def check(room: Room, world: World, viewer: Principal, name: str, group_by: str, random: Random) -> None:
    by_hand = ByHand(world, viewer)
    question = asked(name, group_by)
    if not by_hand.may_ask(name, group_by):
        assert refusal(room, "GetFigure", pb.GetFigureRequest(**question), viewer) == "FIGURE_NOT_VISIBLE"
        return
    counted = by_hand.counted(name, group_by)
    groups = groups_of(counted, group_by)
    if group_by == "total":
        groups.setdefault("", [])
    answer = ask(room, "GetFigure", pb.GetFigureRequest(**question), viewer)
    expected = [(key, *number_of(name, groups[key])) for key in sorted(groups)]
    assert numbers(answer.rows) == expected, (name, group_by, viewer)
    assert numbers([answer.total]) == [("", *number_of(name, counted))]
    if groups:
        group, part = random.choice(sorted(groups)), random.choice(["numerator", "denominator"])
        behind = {each.id: each.amount for each in groups[group] if each.part == part}
        assert members(room, question, group, part, viewer) == sorted(behind.items()), (name, group_by, viewer)


@pytest.mark.timeout(900)  # a quarter of a minute on a quiet machine of two cores
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_every_figure_is_exact_for_every_viewer_by_every_grouping(room: Room, random: Random) -> None:
    world = random_world(random)
    fill(world)
    for viewer in random.sample(viewers(), 3):
        for figure in FIGURES.values():
            for grouping in figure.groupings:
                check(room, world, viewer, figure.name, grouping.value, random)
