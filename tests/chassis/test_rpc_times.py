"""Instants out of bounds do not reach a handler. Pure."""

from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.errors import InvalidArgument
from chassis.rpc_times import EARLIEST_S, LATEST_S, bounded
from saleloop.leads.v1.leads_service_pb2 import ContactLeadRequest, GetLeadRequest, Lead, ListLeadsResponse, NextAction


def answered(request: Any) -> bool:
    return bool(bounded(request.DESCRIPTOR, lambda _request, _context: True)(request, None))


@pytest.mark.parametrize("seconds", [EARLIEST_S, LATEST_S - 1])
def test_instants_of_this_century_pass(seconds: int) -> None:
    assert answered(ContactLeadRequest(next_action=NextAction(due_time=Timestamp(seconds=seconds))))


@pytest.mark.parametrize("seconds", [EARLIEST_S - 1, LATEST_S, -(2**62)])
def test_others_are_named_with_their_path(seconds: int) -> None:
    wrong = Timestamp(seconds=seconds)
    with pytest.raises(InvalidArgument) as refused:
        answered(ListLeadsResponse(leads=[Lead(), Lead(next_action=NextAction(due_time=wrong), create_time=wrong)]))
    paths = {violation.field for violation in refused.value.violations}
    assert paths == {"leads[1].next_action.due_time", "leads[1].create_time"}


def test_an_instant_that_is_not_given_passes() -> None:
    assert answered(ContactLeadRequest())


def test_requests_without_instants_cost_nothing() -> None:
    def handler(_request: Any, _context: Any) -> None:
        """Never called."""

    assert bounded(GetLeadRequest.DESCRIPTOR, handler) is handler
