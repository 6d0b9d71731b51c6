"""Whoever reaches only their own rows does not reach those of others, in any operation.

The list is generated from the access table: every grant that is narrower than "all" is tried by somebody who has
the role but owns nothing, and is in no team, region or store.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from chassis.access import Scope
from contracts.access import TABLE
from devstack.supervisor import Platform
from gateway.http.examples import example
from gateway.http.operations import Operation, load_operations
from tests.e2e.belongings import make_belongings
from tests.e2e.belongings_api import Api
from tests.e2e.callers import OUTSIDER, Tokens

_NOT_THERE_YET = ("quotes.GetSignLink", "quotes.GetQuotePdf", "quotes.GetProduct", "stores.GetReceipt")
# Whose example would name too much, or nobody: what is sent instead.
_BODIES: dict[str, tuple[str, ...]] = {
    "leads.StartNurture": ("account_id",),
    "leads.MarkAssetUsed": ("account_id",),
}
# Variables of a path that name no row.
_NAMES = {"name": "supervisor_interventions", "version": "0"}
# To the outsider it looks as if nobody were there, and nothing had happened.
_NOBODY = {
    "leads.ClaimAccount": "SALESPERSON_NOT_ELIGIBLE",
    "leads.HandOver": "SALESPERSON_NOT_ELIGIBLE",
    "leads.ExplainWinRate": "NOTHING_TO_COMPARE",
}
_SHARED = ("business_day", "mapping_id", "column_mapping.id", "asset_id")  # nobody's own
_OWN_ONLY = ("gateway.GetMe", "gateway.ChangePassword")  # these name no row: they are about the caller


def narrow_grants() -> list[tuple[Operation, str]]:
    """Operation and role of every grant that does not reach all rows."""
    found = []
    for operation in load_operations():
        rule = TABLE.lookup(operation.name)
        for role, grant in sorted((rule.grants if rule is not None else {}).items()):
            if grant.scope < Scope.ALL and operation.name not in _OWN_ONLY:
                found.append((operation, str(role)))
    return found


@pytest.fixture(scope="module")
def api(platform: Platform) -> Iterator[Api]:
    with httpx.Client(base_url=platform.http_url, timeout=30) as client:
        yield Api(client, Tokens(platform.servers.secrets.access_private_key))


@pytest.fixture(scope="module")
def belongings(platform: Platform, api: Api) -> dict[str, str]:
    return make_belongings(platform, api)


def filled(value: Any, belongings: dict[str, str]) -> Any:
    """An example body that names somebody else's things."""
    if isinstance(value, dict):
        return {name: belongings.get(name, filled(item, belongings)) for name, item in value.items()}
    return [filled(item, belongings) for item in value] if isinstance(value, list) else value


def required_query(operation: Operation) -> str:
    """What a GET refuses to go without."""
    known = operation.method.input_type.fields_by_name
    if operation.name == "leads.ExplainWinRate":
        before, between, after = ("2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z", "2026-03-16T00:00:00Z")
        periods = {"before": (before, between), "after": (between, after)}
        limits = [f"{name}.start_time={first}&{name}.end_time={last}" for name, (first, last) in periods.items()]
        return f"?{'&'.join(limits)}"
    if operation.verb != "GET":
        return ""
    if "first_day" in known:
        return "?first_day=2026-03-02&last_day=2026-03-08"
    return "?first=1&last=2" if "first" in known and "last" in known else ""


@pytest.mark.parametrize(("operation", "role"), narrow_grants(), ids=lambda value: getattr(value, "name", value))
def test_rows_of_others_are_out_of_reach(api: Api, belongings: dict[str, str], operation: Operation, role: str) -> None:
    path = operation.path
    for name in operation.path_fields:
        assert name in belongings or name in _NAMES or name == "task_card_id", f"make_belongings needs a {name}"
        path = path.replace("{" + name + "}", _NAMES.get(name, belongings.get(name, "unknown")))
    body = None
    if operation.body_type is not None:
        in_path = frozenset(name.removeprefix(f"{operation.body}.") for name in operation.path_fields)
        body = filled(example(operation.body_type, in_path), belongings)
        body = {name: body[name] for name in _BODIES.get(operation.name, tuple(body))}
    path += required_query(operation)
    status, text = api.first_words(path, role) if operation.is_stream else api.words(operation.verb, path, body, role)
    if operation.name in _NOBODY:
        assert _NOBODY[operation.name] in text
    elif status == 200:
        assert set(operation.path_fields) <= _NAMES.keys(), text
        names = [name for name, value in belongings.items() if len(value) > 4 and name not in _SHARED]
        strange = [name for name in names if belongings[name] in text]
        assert strange == [], "a list shows what belongs to others"
    else:
        assert status in (403, 404), text


@pytest.mark.parametrize(
    "operation",
    [each for each in load_operations() if each.verb == "GET" and each.path_fields and not each.is_public],
    ids=lambda value: str(value.name),
)
def test_the_same_rows_are_there_for_those_who_reach_all(
    api: Api, belongings: dict[str, str], operation: Operation
) -> None:
    """The counterpart: the rows above exist."""
    rule = TABLE.lookup(operation.name)
    wide = [str(role) for role, grant in (rule.grants if rule is not None else {}).items() if grant.scope == Scope.ALL]
    path = operation.path
    for name in operation.path_fields:
        path = path.replace("{" + name + "}", _NAMES.get(name, belongings.get(name, "unknown")))
    if not wide or operation.name in _NOT_THERE_YET:
        return  # nobody reaches all, or the thing itself does not exist yet
    assert api.call("GET", path + required_query(operation), None, wide[0]).status_code == 200


def test_the_outsider_is_nobody(belongings: dict[str, str]) -> None:
    assert not set(OUTSIDER.values()) & set(belongings.values())
