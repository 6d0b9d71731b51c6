"""The access table."""

import pytest

from chassis.access import Grant, Rule, Scope, Table, operation_name
from chassis.errors import PermissionDenied
from chassis.principal import Principal

TABLE = Table([
    Rule("leads.ListLeads", {
        "salesperson": Grant(Scope.OWN),
        "supervisor": Grant(Scope.TEAM, masked=("leads.phone",)),
        "finance": Grant(Scope.ALL, hidden=("leads.phone", "leads.contact"), masked=("leads.company",)),
        "director": Grant(Scope.ALL, masked=("leads.phone",)),
    }),
])  # fmt: skip


def decide(*roles: str) -> Grant:
    return TABLE.decide("/saleloop.leads.v1.LeadsService/ListLeads", Principal("p", frozenset(roles)))


def test_full_method_names_and_short_ones_mean_the_same() -> None:
    assert operation_name("/saleloop.leads.v1.LeadsService/ListLeads") == "leads.ListLeads"
    assert operation_name("gateway.CreatePerson") == "gateway.CreatePerson"
    assert "leads.ListLeads" in TABLE


def test_the_widest_scope_counts_with_its_own_fields() -> None:
    assert decide("salesperson") == Grant(Scope.OWN)
    assert decide("salesperson", "supervisor") == Grant(Scope.TEAM, masked=("leads.phone",))


def test_two_roles_of_the_same_scope_show_what_either_shows() -> None:
    assert decide("finance", "director") == Grant(Scope.ALL, masked=("leads.phone",))


def test_unknown_roles_and_operations_are_refused() -> None:
    with pytest.raises(PermissionDenied):
        decide("store_manager")
    with pytest.raises(PermissionDenied, match="nobody may call"):
        TABLE.decide("leads.Unknown", Principal("p", frozenset({"director"})))


def test_a_public_role_alone_opens_nothing_else() -> None:
    with pytest.raises(PermissionDenied):
        decide("public")


def test_two_rules_for_one_operation_are_a_mistake() -> None:
    rule = Rule("leads.ListLeads", {"director": Grant()})
    with pytest.raises(ValueError, match="two access rules"):
        Table([rule, rule])
    with pytest.raises(ValueError, match="lets nobody in"):
        Table([Rule("leads.ListLeads")])
