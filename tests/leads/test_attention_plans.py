"""Every list of attention is read through an index."""

from collections.abc import Iterator
from typing import Any

import pytest

from chassis import database
from chassis.principal import Principal
from saleloop.leads.v1 import attention_service_pb2 as pb
from tests.leads.attention_room import ALICE, ask, open_account, signal
from tests.leads.room import DIRECTOR, REGIONAL, SUPERVISOR, Room

CALLS: tuple[tuple[str, Any], ...] = (
    ("ListNurtureRuns", pb.ListNurtureRunsRequest()),
    ("ListNurtureRuns", pb.ListNurtureRunsRequest(state=pb.NURTURE_RUN_STATE_RUNNING)),
    ("ListEngagements", pb.ListEngagementsRequest(only_hot=True)),
    ("ListEngagements", pb.ListEngagementsRequest()),
    ("ListAccountsAtRisk", pb.ListAccountsAtRiskRequest()),
    ("ListVoices", pb.ListVoicesRequest(state=pb.VOICE_STATE_OPEN)),
    ("GetVoiceWall", pb.GetVoiceWallRequest()),
    ("ListSuggestions", pb.ListSuggestionsRequest()),
    ("ListSuggestions", pb.ListSuggestionsRequest(order=pb.SUGGESTION_ORDER_LIKES)),
    ("ListSuggestions", pb.ListSuggestionsRequest(state=pb.SUGGESTION_STATE_OPEN)),
    ("SearchAssets", pb.SearchAssetsRequest(text="价格 贵")),
    ("SearchAssets", pb.SearchAssetsRequest(kind=pb.ASSET_KIND_SOLUTION)),
    ("SearchAssets", pb.SearchAssetsRequest(tag="a", segment="b")),
    ("ListAssetAuthors", pb.ListAssetAuthorsRequest()),
    ("GetWeeklyThree", pb.GetWeeklyThreeRequest()),
)


@pytest.fixture
def profiled(room: Room) -> Iterator[Any]:
    """The database, which notes how each read was planned."""
    place = database.current()
    place.command({"profile": 2})
    try:
        yield place
    finally:
        place.command({"profile": 0})
        place.drop_collection("system.profile")


@pytest.mark.parametrize("caller", [ALICE, SUPERVISOR, REGIONAL, DIRECTOR], ids=lambda each: str(each.subject))
def test_no_list_reads_a_whole_collection(room: Room, profiled: Any, caller: Principal) -> None:
    room.hire("alice")
    for _ in range(3):
        account_id = open_account()
        signal(room, account_id, account_id)
        ask(room, "AddVoice", pb.AddVoiceRequest(account_id=account_id, sentence="价格太贵"), ALICE)
        ask(room, "StartNurture", pb.StartNurtureRequest(account_id=account_id), ALICE)
        ask(room, "CreateSuggestion", pb.CreateSuggestionRequest(title="a", text="b"), ALICE)
        solution = pb.CreateAssetRequest(kind=pb.ASSET_KIND_SOLUTION, title="价格贵", text="a", tags=["a"])
        ask(room, "CreateAsset", solution, ALICE)
    for rpc, request in CALLS:
        if rpc != "GetWeeklyThree" or caller is DIRECTOR:
            ask(room, rpc, request, caller)
    whole = {"planSummary": "COLLSCAN", "ns": {"$not": {"$regex": "system|clock"}}}
    assert [(found["ns"], found["command"]) for found in profiled["system.profile"].find(whole)] == []
    assert profiled["system.profile"].count_documents({"planSummary": {"$regex": "IXSCAN"}}) > len(CALLS)
