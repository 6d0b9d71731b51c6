"""Won deals that are like one that is lost, or about to be."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.access import Scope
from chassis.principal import Principal
from services.leads.documents import Opportunity
from services.leads.domain.pipeline.stages import DealState
from services.leads.queries.pipeline.opportunities import LEFT_OUT
from services.leads.queries.visible_rows import owned_rows

Row = Mapping[str, Any]

# What may be the same, the most telling first.
_TRAITS = ("competitor", "segment", "region")
SHOWN = 5
_LOOKED_AT = 200


def similar_won_cases(opportunity: Row, by: Principal, scope: Scope) -> Sequence[tuple[Row, tuple[str, ...]]]:
    """The won deals in the caller's reach that have most in common with this one, and what; the latest first."""
    traits = [{name: opportunity[name]} for name in _TRAITS if opportunity[name]]
    if not traits:
        return []
    where = {"$and": [owned_rows(by, scope), {"state": DealState.WON.value, "$or": traits}]}
    rows = Opportunity.collection().find(where, LEFT_OUT).sort("close_time", -1).limit(_LOOKED_AT)
    cases = [(row, alike) for row in rows if (alike := _alike(opportunity, row)) and row["_id"] != opportunity["_id"]]
    # The sort is stable: of equally similar ones the latest stays first.
    return sorted(cases, key=lambda case: [name not in case[1] for name in _TRAITS])[:SHOWN]


def _alike(one: Row, other: Row) -> tuple[str, ...]:
    return tuple(name for name in _TRAITS if one[name] and one[name] == other[name])
