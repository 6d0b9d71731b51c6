"""Who sees which leads, accounts and salespeople."""

from chassis.principal import Principal
from saleloop.leads.v1 import leads_service_pb2 as pb
from tests.leads.room import DIRECTOR, MARKETING, REGIONAL, SUPERVISOR, Room, salesperson

OTHER_BOSS = Principal("boss2", frozenset({"supervisor"}), team_id="t2", region="west")


def test_everybody_sees_the_rows_of_their_place(room: Room) -> None:
    room.hire("alice", tags=("ERP",))
    room.hire("wang", team_id="t2", region="west", supervisor_id="boss2")
    room.hire("li", team_id="t1", region="west")
    alices = room.created_and_routed(region="east").id
    wests = {owner.owner_id: owner.id for owner in (room.created_and_routed(region="west") for _ in range(2))}
    assert set(wests) == {"wang", "li"}
    waiting = room.created_and_routed(region="north").id
    everything = {alices, *wests.values(), waiting}
    assert set(room.lead_ids(DIRECTOR)) == set(room.lead_ids(MARKETING)) == everything
    assert room.lead_ids(salesperson("alice")) == [alices]
    assert room.lead_ids(salesperson("nobody")) == []
    assert set(room.lead_ids(SUPERVISOR)) == {alices, wests["li"]}
    assert set(room.lead_ids(OTHER_BOSS)) == {wests["wang"]}
    assert set(room.lead_ids(REGIONAL)) == {alices}


def test_lists_are_paged_newest_first_and_filtered(room: Room) -> None:
    room.hire("alice")
    ids = [room.created_and_routed().id for _ in range(5)]
    assert room.lead_ids(DIRECTOR) == sorted(ids, reverse=True)
    assert room.lead_ids(DIRECTOR, owner_id="alice", state=pb.LEAD_STATE_ASSIGNED) == sorted(ids, reverse=True)
    assert room.lead_ids(DIRECTOR, state=pb.LEAD_STATE_CONTACTED) == []


def test_a_page_token_of_another_list_is_refused(room: Room) -> None:
    for _ in range(3):
        room.create()
    token = room.call("ListLeads", pb.ListLeadsRequest(page_size=1), DIRECTOR).next_page_token
    other = pb.ListLeadsRequest(page_size=1, page_token=token, state=pb.LEAD_STATE_NEW)
    assert room.refusal("ListLeads", other, DIRECTOR).reason == "PAGE_TOKEN_INVALID"


def test_a_lead_out_of_reach_looks_like_none(room: Room) -> None:
    room.hire("alice")
    lead = room.created_and_routed()
    hidden = room.refusal("GetLead", pb.GetLeadRequest(lead_id=lead.id), salesperson("bob"))
    missing = room.refusal("GetLead", pb.GetLeadRequest(lead_id="none"), salesperson("bob"))
    assert (hidden.code, hidden.reason) == (missing.code, missing.reason) == ("NOT_FOUND", "LEAD_NOT_FOUND")
    for rpc, request in (
        ("RouteLead", pb.RouteLeadRequest(lead_id=lead.id)),
        ("ConfirmRouting", pb.ConfirmRoutingRequest(lead_id=lead.id, salesperson_id="alice", why="x")),
    ):
        assert room.refusal(rpc, request, OTHER_BOSS).reason == "LEAD_NOT_FOUND"


def test_a_waiting_lead_stands_in_the_queue_of_the_supervisors_of_its_region(room: Room) -> None:
    eastern = room.create(region="east").id
    anywhere = room.create(region="").id
    assert set(room.lead_ids(SUPERVISOR)) == {eastern, anywhere}
    assert room.lead_ids(OTHER_BOSS) == [anywhere]
    assert room.lead_ids(salesperson("alice")) == []


def test_accounts_and_their_log_are_seen_by_the_same_people(room: Room) -> None:
    room.hire("alice")
    account_id = room.created_and_routed(company="江南贸易").account_id
    request = pb.GetAccountRequest(account_id=account_id)
    assert room.call("GetAccount", request, salesperson("alice")).account.name == "江南贸易"
    log = pb.ListResponsibilityEntriesRequest(account_id=account_id)
    assert len(room.call("ListResponsibilityEntries", log, salesperson("alice")).responsibility_entries) == 1
    for rpc, asked in (("GetAccount", request), ("ListResponsibilityEntries", log)):
        assert room.refusal(rpc, asked, salesperson("bob")).reason == "ACCOUNT_NOT_FOUND"
    assert room.call("ListAccounts", pb.ListAccountsRequest(), salesperson("bob")).accounts == []
    (masked,) = room.call("ListAccounts", pb.ListAccountsRequest(), MARKETING).accounts
    assert "*" in masked.phone


def test_salespeople_see_themselves_and_supervisors_their_team(room: Room) -> None:
    room.hire("alice", "bob")
    room.hire("wang", team_id="t2", region="west")

    def seen(caller: Principal) -> list[str]:
        return [each.id for each in room.call("ListSalespeople", pb.ListSalespeopleRequest(), caller).salespeople]

    assert seen(salesperson("alice")) == ["alice"]
    assert seen(SUPERVISOR) == ["alice", "bob"]
    assert seen(OTHER_BOSS) == ["wang"]
    assert seen(DIRECTOR) == ["alice", "bob", "wang"]
