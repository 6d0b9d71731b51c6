"""Accounts become one, and two again, while another process routes a lead of one of them."""

import threading
from collections import Counter

import pytest

from chassis.clocks import clock
from services.leads.commands import intake as commands
from services.leads.commands.routing import routing_turn
from services.leads.commands.routing.desk import Desk
from services.leads.commands.routing.route_new_lead import route_new_lead
from services.leads.documents import Account, Lead
from tests.leads.intake_room import two_that_share_a_phone
from tests.leads.room import Room


@pytest.mark.parametrize("undone", [False, True], ids=["merged", "undone"])
def test_a_lead_that_another_process_routes_meanwhile_goes_to_whom_the_account_belongs_then(
    room: Room, monkeypatch: pytest.MonkeyPatch, undone: bool
) -> None:
    room.hire("alice", "bob")
    first, second = two_that_share_a_phone(room, ("alice", "bob"))
    merged = commands.merge_accounts(first, second, why="one", by="boss", at=clock.now())[0] if undone else None
    lead = room.create(company="江南进出口有限公司", phone="13900139000")
    seen: list[str] = []
    find = Desk.find_account

    def while_it_is_decided(desk: Desk, routed: Lead) -> Account | None:
        found = find(desk, routed)
        if not seen:
            # The other process has a turn of its own.
            monkeypatch.setattr(routing_turn, "TURN", threading.Lock())
            if merged is None:
                commands.merge_accounts(first, second, why="one", by="boss", at=clock.now())
            else:
                commands.undo_merge(merged.id, why="two after all", by="boss", at=clock.now())
        seen.append(found.id if found else "")
        return found

    monkeypatch.setattr(Desk, "find_account", while_it_is_decided)
    route_new_lead(lead.id, at=clock.now())
    assert {first, second} == set(seen)
    account = Account.load(second if undone else first)
    routed = Lead.load(lead.id)
    assert (routed.account_id, routed.owner_id) == (account.id, account.owner_id)
    assert routed.owner_id == ("bob" if undone else "alice")
    counted = Counter(row["owner_id"] for row in Lead.collection().find({"state": "assigned"}))
    assert {name: room.open_untouched(name) for name in ("alice", "bob")} == {
        "alice": counted["alice"],
        "bob": counted["bob"],
    }
