"""Who may see and move contracts, invoices, payments and tasks.

Salespeople reach their own accounts, supervisors their team's, regional managers their region's; those who answer
for the whole company reach all. Money is booked by finance only.
"""

from chassis.access import Grant, Rule, Scope
from contracts.roles import Role

_SELLERS = {
    Role.SALESPERSON: Grant(Scope.OWN),
    Role.SUPERVISOR: Grant(Scope.TEAM),
    Role.REGIONAL_MANAGER: Grant(Scope.REGION),
}
_HEAD_OFFICE = {
    Role.FINANCE: Grant(),
    Role.LEGAL: Grant(),
    Role.DIRECTOR: Grant(),
    Role.GENERAL_MANAGER: Grant(),
}
_READERS = _SELLERS | _HEAD_OFFICE
_MOVERS = _SELLERS | {Role.DIRECTOR: Grant(), Role.GENERAL_MANAGER: Grant()}
_CARERS = _SELLERS | {
    Role.CUSTOMER_SUCCESS: Grant(),
    Role.DIRECTOR: Grant(),
    Role.GENERAL_MANAGER: Grant(),
}
_FINANCE = {Role.FINANCE: Grant()}


def _without_prices(name: str) -> dict[Role, Grant]:
    """Customer success needs what was sold and when it arrived, not what it cost."""
    hidden = (f"{name}.lines.unit_price_minor", f"{name}.lines.amount_minor")
    return {Role.CUSTOMER_SUCCESS: Grant(hidden=hidden)}


RULES = (
    Rule("billing.GetContract", _READERS | _without_prices("contract")),
    Rule("billing.ListContracts", _READERS | _without_prices("contracts")),
    Rule("billing.ShipOrder", _MOVERS),
    Rule("billing.DeliverOrder", _MOVERS),
    Rule("billing.AcceptOrder", _MOVERS),
    Rule("billing.CreateInvoice", _FINANCE),
    Rule("billing.ListInvoices", _READERS),
    Rule("billing.RecordPayment", _FINANCE),
    Rule("billing.GetPayment", _READERS),
    Rule("billing.ListPayments", _READERS),
    Rule("billing.GetRadar", _READERS),
    Rule("billing.GetMatch", _READERS),
    Rule("billing.ListSuccessTasks", _CARERS),
    Rule("billing.CompleteSuccessTask", _CARERS),
)
