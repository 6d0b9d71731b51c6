"""JSON into messages: what fits goes in as it is, what does not is named. Pure."""

from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.reading import Faults, read_object
from saleloop.leads.v1.leads_service_pb2 import ContactLeadRequest, CreateLeadRequest, Lead, RoutingPolicy
from saleloop.stores.v1.stores_service_pb2 import Store

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
LEAD_FIELDS = [field.name for field in Lead.DESCRIPTOR.fields]


def read(value: object, message: Any) -> dict[str, str]:
    faults = Faults()
    read_object(value, message, faults)
    return {fault.field: fault.description for fault in faults.found}


@given(st.dictionaries(st.sampled_from(LEAD_FIELDS), JSON, max_size=4))
def test_no_json_breaks_the_reader(value: dict[str, Any]) -> None:
    """Every value is either read or named as a fault; nothing else is raised."""
    found = read(value, Lead())
    assert all(path.split(".")[0].split("[")[0] in LEAD_FIELDS for path in found)


@given(st.text(), st.lists(st.text(max_size=5), max_size=3), st.integers(0, 3))
def test_what_is_written_is_read_back(company: str, needs: list[str], urgency: int) -> None:
    sent = CreateLeadRequest(company=company, needs=needs, urgency=urgency)  # type: ignore[arg-type]  # an enum by its number
    for names in (True, False):
        received = CreateLeadRequest()
        assert read(MessageToDict(sent, preserving_proto_field_name=names), received) == {}
        assert received == sent


@given(st.integers(-(2**63), 2**63 - 1))
def test_64_bit_integers_keep_every_digit(number: int) -> None:
    for text in (number, str(number)):
        policy = RoutingPolicy()
        assert read({"version": text}, policy) == {}
        assert policy.version == number


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"next_action": []}, "next_action"),
        ({"next_action": ""}, "next_action"),
        ({"next_action": {"text": 1}}, "next_action.text"),
        ({"next_action": {"due_time": 1}}, "next_action.due_time"),
        ({"next_action": {"x": 1}}, "next_action.x"),
        ({"summary": ["a"]}, "summary"),
    ],
)
def test_faults_have_the_path_of_their_field(value: object, path: str) -> None:
    assert list(read(value, ContactLeadRequest())) == [path]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), "NaN", "Infinity", True, None, [], "1,5"])
def test_coordinates_are_finite_numbers(number: object) -> None:
    expected = [] if number is None else ["latitude"]
    assert list(read({"latitude": number}, Store())) == expected


def test_entries_of_maps_and_lists_are_named() -> None:
    assert list(read({"weights_milli": {"load": "x"}}, RoutingPolicy())) == ['weights_milli["load"]']
    assert list(read({"needs": ["a", None]}, CreateLeadRequest())) == ["needs[1]"]


def test_all_faults_come_at_once_but_not_without_end() -> None:
    assert len(read({"needs": [1] * 1000}, CreateLeadRequest())) == 20
