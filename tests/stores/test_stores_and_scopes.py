"""Stores, SKUs and members, and who sees which rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from chassis import access, principal
from chassis.access import Scope
from chassis.errors import InvalidArgument
from chassis.principal import Principal
from contracts.access import TABLE
from services.stores.commands.enrol_terminals import invite_terminals
from services.stores.commands.put_master_data import copy_product, put_members, put_skus
from services.stores.commands.put_stores import StoreValues, put_stores
from services.stores.documents import MasterDataChange, Store
from services.stores.domain.errors import StoreNotFound
from services.stores.ledger import Ledger
from services.stores.queries.figures import hourly, ranking
from services.stores.queries.stores import get_store, list_stores
from services.stores.queries.terminals import get_terminal, list_terminals
from services.stores.queries.view import visible_view

EVER = ("2000-01-01", "2100-01-01")
STORE = StoreValues("e1", "East 1", "East", 40.0, -75.0, "America/New_York", 2, "USD")


@contextmanager
def acting(operation: str, role: str, **scopes: object) -> Iterator[None]:
    """Call as somebody, with the grant that the table gives."""
    caller = Principal("p1", frozenset({role}), **scopes)  # type: ignore[arg-type]  # as each test says
    with principal.acting(caller, operation), access.granted(TABLE.decide(operation, caller)):
        yield


@pytest.fixture
def chain(ledger: Ledger) -> None:
    put_stores([STORE, replace(STORE, id="e2"), replace(STORE, id="w1", region="West")])
    invite_terminals([("e1", "t1"), ("w1", "t1")])


def test_putting_the_same_stores_again_changes_nothing(ledger: Ledger) -> None:
    assert put_stores([STORE]) == 1
    assert put_stores([STORE]) == 0
    assert put_stores([replace(STORE, closing_hour=3)]) == 1
    assert Store.load("e1").version == 2


@pytest.mark.parametrize(
    "bad",
    [
        {"id": "a/b"},
        {"name": ""},
        {"name": "x" * 201},
        {"region": ""},
        {"time_zone": "Mars/Olympus"},
        {"currency_code": "usd"},
        {"closing_hour": 24},
        {"latitude": 91.0},
        {"longitude": float("nan")},
    ],
)
def test_a_bad_store_names_its_field_and_stores_none(ledger: Ledger, bad: dict[str, object]) -> None:
    with pytest.raises(InvalidArgument):
        put_stores([replace(STORE, id="ok"), replace(STORE, **bad)])  # type: ignore[arg-type]  # wrong on purpose
    assert Store.collection().count_documents({}) == 0


def test_a_regional_supervisor_sees_the_region_only(chain: None) -> None:
    with acting("stores.GetRanking", "regional_supervisor", region="East"):
        assert access.scope() is Scope.REGION
        assert [s.store_id for _, s in ranking(EVER, region="", figure="revenue").stores] == ["e1", "e2"]
        assert ranking(EVER, region="West", figure="revenue").stores == []
        with pytest.raises(StoreNotFound):
            get_store("w1")
        with pytest.raises(StoreNotFound):
            hourly(EVER, region="", store_id="w1")
        with pytest.raises(StoreNotFound):
            invite_terminals([("w1", "t2")])


def test_a_store_manager_sees_the_own_stores_only(chain: None) -> None:
    with acting("stores.ListStores", "store_manager", store_ids=frozenset({"w1"})):
        assert [store.id for store in list_stores(region="", after="", limit=10)] == ["w1"]
        found = list_terminals(store_id="", with_gaps=False, after="", limit=10)
        assert [terminal.store_id for terminal in found] == ["w1"]
        with pytest.raises(StoreNotFound):
            get_terminal("e1", "t1")


def test_skus_and_members_are_audited_in_bulk(ledger: Ledger) -> None:
    entry = ("4711", {"name": "Tea", "category": "Drinks", "brand": "Own"})
    assert (put_skus([entry]), put_skus([entry])) == (1, 0)
    assert put_members([("m1", {"name": "Li Na"})]) == 1
    changes = {found["kind"]: found for found in MasterDataChange.collection().find({})}
    assert changes["skus"]["changes"] == [["4711", "", "Tea | Drinks | Own"]]
    assert "Li Na" not in str(changes["members"])


def test_the_catalogue_wins_over_store_side_skus_and_a_later_version_over_an_earlier(ledger: Ledger) -> None:
    put_skus([("4711", {"name": "Tea", "category": "", "brand": "Own"})])
    assert copy_product("4711", {"name": "Green tea"}, 3)
    assert not copy_product("4711", {"name": "Tea?"}, 2)
    assert not copy_product("4711", {"name": "Green tea"}, 3)
    assert put_skus([("4711", {"name": "Tea", "category": "", "brand": "Own"})]) == 0
    stored = ledger.skus.find_one({"_id": "4711"})
    assert stored is not None
    assert (stored["name"], stored["brand"]) == ("Green tea", "Own")


def test_bulk_commands_have_limits(ledger: Ledger) -> None:
    with pytest.raises(InvalidArgument):
        put_skus([(str(number), {}) for number in range(1001)])
    with pytest.raises(InvalidArgument):
        put_members([("m1", {"name": "a"}), ("m1", {"name": "b"})])
    with pytest.raises(InvalidArgument):
        put_members([("", {"name": "a"})])


def test_names_may_be_padded_with_the_full_width_space(ledger: Ledger) -> None:
    assert put_stores([replace(STORE, name="城东　一店")]) == 1


def test_a_view_is_remembered_until_a_store_changes(chain: None) -> None:
    def seen(region: str = "") -> list[tuple[str, int]]:
        with acting("stores.GetStoreRanking", "director"):
            return [(store.id, store.closing_hour) for store in visible_view(region).stores]

    assert seen("East") == seen("East") == [("e1", 2), ("e2", 2)]
    put_stores([replace(STORE, id="e2", region="West"), replace(STORE, closing_hour=4)])
    assert (seen("East"), seen("West")) == ([("e1", 4)], [("e2", 2), ("w1", 2)])
    put_stores([replace(STORE, id="w2", region="West")])
    assert [store_id for store_id, _ in seen()] == ["e1", "e2", "w1", "w2"]


def test_callers_do_not_share_what_is_remembered(chain: None) -> None:
    with acting("stores.GetStoreRanking", "director"):
        assert visible_view().is_everything
    for region, ids in (("East", ["e1", "e2"]), ("West", ["w1"])):
        with acting("stores.GetStoreRanking", "regional_supervisor", region=region):
            assert (visible_view().ids, visible_view().is_everything) == (ids, False)
    with acting("stores.GetStoreRanking", "store_manager", store_ids=frozenset({"w1"})):
        assert visible_view().ids == ["w1"]
