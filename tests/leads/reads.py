"""Every rpc of leads that only reads, found in the contracts, with requests that make sense in a random world.

A new area's rpcs are asked without being named here; `REQUESTS` is for those that an empty request, or one with the
ids of the world, does not bring to answer.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from google.protobuf import message_factory

import saleloop.leads.v1
from chassis.principal import Principal
from chassis.rpc_client import RemoteError
from saleloop.leads.v1 import figures_service_pb2 as figures_pb
from services.leads.domain.figures.definitions import FIGURES
from tests.leads.figures_world import FIRST_DAY, LAST_DAY, World
from tests.leads.room import Room

READING = ("List", "Get", "Count", "Export", "Search", "Explain")
# What everybody may find by design, whoever made it.
OPEN_TO_ALL = frozenset({"SearchAssets", "GetAsset", "ListAssetAuthors", "ListSuggestions"})
_ID_FIELDS = {"account_id": "accounts", "lead_id": "leads", "opportunity_id": "opportunities"}


@dataclass(frozen=True)
class Reading:
    """An rpc that only reads."""

    stub_class: Any
    name: str
    request_class: Any


def readings() -> list[Reading]:
    """All of them, by name."""
    found = []
    for module in pkgutil.iter_modules(saleloop.leads.v1.__path__, "saleloop.leads.v1."):
        if not module.name.endswith("_service_pb2"):
            continue
        stubs = importlib.import_module(f"{module.name}_grpc")
        for service in importlib.import_module(module.name).DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                if method.name.startswith(READING) and method.name not in OPEN_TO_ALL:
                    request_class = message_factory.GetMessageClass(method.input_type)
                    found.append(Reading(getattr(stubs, f"{service.name}Stub"), method.name, request_class))
    return sorted(found, key=lambda each: each.name)


def requests(reading: Reading, world: World, random: Random) -> Iterator[Any]:
    """What to ask: about everything, or about each thing of the world that the request can name."""
    if reading.name in REQUESTS:
        yield from REQUESTS[reading.name](random)
        return
    fields = reading.request_class.DESCRIPTOR.fields_by_name
    named = [field for field in _ID_FIELDS if field in fields]
    if not named:
        yield reading.request_class()
    for field in named:
        for row in world[_ID_FIELDS[field]][:3]:
            yield reading.request_class(**{field: row["_id"]})


def answer(room: Room, reading: Reading, request: Any, viewer: Principal) -> bytes:
    """What the viewer gets, to the byte; a file without the line that says who took it when."""
    try:
        got = room.ask(reading.stub_class, reading.name, request, viewer)
    except RemoteError as error:
        return f"{error.code} {error.reason}".encode()
    if got.DESCRIPTOR.full_name == "google.api.HttpBody":
        return bytes(got.data.partition(b"\r\n")[2])
    return bytes(got.SerializeToString(deterministic=True))


def _each_figure(random: Random) -> Iterator[dict[str, Any]]:
    for figure in FIGURES.values():
        grouping = random.choice(figure.groupings)
        number = figures_pb.FigureGrouping.Value(
            "FIGURE_GROUPING_UNSPECIFIED" if grouping.value == "total" else f"FIGURE_GROUPING_{grouping.value.upper()}"
        )
        days = {"first_day": FIRST_DAY, "last_day": LAST_DAY}
        yield {"name": figure.name, "group_by": number, **days}


def _get_figure(random: Random) -> Iterator[Any]:
    for question in _each_figure(random):
        yield figures_pb.GetFigureRequest(**question)


def _list_members(random: Random) -> Iterator[Any]:
    for question in _each_figure(random):
        part = random.choice([figures_pb.FIGURE_PART_NUMERATOR, figures_pb.FIGURE_PART_DENOMINATOR])
        whole = {**question, "group_by": figures_pb.FIGURE_GROUPING_UNSPECIFIED}
        yield figures_pb.ListFigureMembersRequest(**whole, part=part)


def _export(random: Random) -> Iterator[Any]:
    for question in _each_figure(random):
        part = random.choice([figures_pb.FIGURE_PART_UNSPECIFIED, figures_pb.FIGURE_PART_DENOMINATOR])
        grouping = question["group_by"] if not part else figures_pb.FIGURE_GROUPING_UNSPECIFIED
        whole = {**question, "group_by": grouping}
        yield figures_pb.ExportFigureRequest(**whole, part=part, format=figures_pb.FIGURE_FILE_FORMAT_CSV)


REQUESTS: dict[str, Callable[[Random], Iterator[Any]]] = {
    "GetFigure": _get_figure,
    "ListFigureMembers": _list_members,
    "ExportFigure": _export,
}
