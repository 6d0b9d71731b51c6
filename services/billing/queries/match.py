"""The three-way match of one contract."""

from dataclasses import dataclass

from services.billing.config import settings
from services.billing.documents import Contract
from services.billing.domain.match import InstalmentFigures, Match, match, spread
from services.billing.domain.order import OrderState
from services.billing.queries.scopes import load_visible


@dataclass(frozen=True)
class ContractMatch:
    """The contract and the verdict on it."""

    contract: Contract
    match: Match

    @property
    def paid_minor(self) -> int:
        return sum(row.paid_minor for row in self.contract.instalments)


def get_match(contract_id: str) -> ContractMatch:
    """Compare the contract with its invoices and payments. Raises ContractNotFound."""
    contract = load_visible(Contract, contract_id)
    figures = [
        InstalmentFigures(row.number, row.amount_minor, row.invoiced_minor, row.paid_minor)
        for row in contract.instalments
    ]
    verdict = match(
        spread(contract.invoiced_generally_minor, figures),
        is_accepted=contract.order_state == OrderState.ACCEPTED,
        tolerance_minor=settings().match_tolerance_minor,
    )
    return ContractMatch(contract, verdict)
