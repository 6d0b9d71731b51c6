"""Access as one table of data: operation x role -> allowed, row scope, fields.

Operations are named "<service>.<Rpc>" ("leads.CreateLead"); a full method name of grpc is understood too.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from chassis.errors import PermissionDenied
from chassis.principal import Principal

PUBLIC_ROLE = "public"
_FULL_METHOD = re.compile(r"^/?saleloop\.(?P<service>\w+)\.v\d+\.\w+/(?P<rpc>\w+)$")


class Scope(IntEnum):
    """Which rows a caller reaches, from the narrowest to the widest."""

    OWN = 1
    TEAM = 2
    STORES = 3
    REGION = 4
    ALL = 5


@dataclass(frozen=True, slots=True)
class Grant:
    """What a role may do with an operation.

    `hidden` and `masked` are field paths in the answer ("leads.phone"; repeated fields are passed through):
    hidden ones are left out, masked ones keep their ends only.
    """

    scope: Scope = Scope.ALL
    hidden: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call `operation`: role -> grant. `public` ones need no person: the gateway calls them with the role
    "public"."""

    operation: str
    # The keys are strings or members of a StrEnum; Mapping is invariant in its keys, so str alone refuses the latter.
    grants: Mapping[Any, Grant] = field(default_factory=dict)
    public: bool = False


def operation_name(method: str) -> str:
    """ "/saleloop.leads.v1.LeadsService/CreateLead" -> "leads.CreateLead"; other names stay as they are."""
    match = _FULL_METHOD.match(method)
    return f"{match['service']}.{match['rpc']}" if match else method


class Table:
    """The rules by operation. Two rules for one operation are a mistake (ValueError)."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules: dict[str, Rule] = {}
        for rule in rules:
            name = operation_name(rule.operation)
            if name in self._rules:
                raise ValueError(f"two access rules for {name}")
            if not rule.public and not rule.grants:
                raise ValueError(f"the access rule of {name} lets nobody in")
            self._rules[name] = rule

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules.values())

    def __contains__(self, operation: str) -> bool:
        return operation_name(operation) in self._rules

    def lookup(self, operation: str) -> Rule | None:
        """The rule of an operation, or None when there is none (then nobody may call it)."""
        return self._rules.get(operation_name(operation))

    def decide(self, operation: str, principal: Principal) -> Grant:
        """The caller's grant, merged over the roles. Raises PermissionDenied.

        With several roles the widest scope counts, and of the roles that reach that scope the most generous
        fields: a field is hidden only when all of them hide it.
        """
        name = operation_name(operation)
        rule = self._rules.get(name)
        if rule is None:
            raise PermissionDenied("NO_RULE", f"nobody may call {name}", {"operation": name})
        grants = [grant for role, grant in rule.grants.items() if str(role) in principal.roles]
        if rule.public and PUBLIC_ROLE in principal.roles:
            grants.append(rule.grants.get(PUBLIC_ROLE, Grant()))
        if not grants:
            raise PermissionDenied("ROLE_NOT_ALLOWED", f"your roles may not call {name}", {"operation": name})
        return _merge(grants)


def _merge(grants: list[Grant]) -> Grant:
    widest = max(grant.scope for grant in grants)
    reaching = [grant for grant in grants if grant.scope == widest]
    if len(reaching) == 1:
        return reaching[0]
    hidden = set.intersection(*(set(grant.hidden) for grant in reaching))
    closed = set.intersection(*({*grant.hidden, *grant.masked} for grant in reaching))
    return Grant(widest, tuple(sorted(hidden)), tuple(sorted(closed - hidden)))


_grant: ContextVar[Grant | None] = ContextVar("saleloop_grant", default=None)


@contextmanager
def granted(grant: Grant) -> Iterator[None]:
    """Run a block under a grant, so that queries can ask for `scope()`."""
    token = _grant.set(grant)
    try:
        yield
    finally:
        _grant.reset(token)


def scope() -> Scope:
    """The caller's widest row scope for the current operation; handlers, timers and scripts reach all rows."""
    grant = _grant.get()
    return Scope.ALL if grant is None else grant.scope
