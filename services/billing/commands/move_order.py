"""An order is shipped, delivered, accepted. Repeating a step with the same content changes nothing."""

from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.clocks import clock
from chassis.documents import transaction
from chassis.errors import field
from services.billing import messages
from services.billing.commands.ledger import plan_radar
from services.billing.commands.success_tasks import plan_satisfaction_call
from services.billing.config import settings
from services.billing.documents import Contract
from services.billing.domain.errors import AcceptanceDocumentMissing
from services.billing.domain.instalments import end_of_day
from services.billing.domain.order import OrderState, require_next
from services.billing.domain.values import free_text
from services.billing.queries.scopes import load_visible

_LONGEST_REFERENCE = 200


def ship_order(contract_id: str, tracking_reference: str) -> Contract:
    """The goods are on their way; the tracking reference may be empty. Raises ContractNotFound, WrongState."""
    with field("tracking_reference"):
        tracking_reference = free_text(tracking_reference.strip(), longest=_LONGEST_REFERENCE)
    contract = load_visible(Contract, contract_id)
    if contract.order_state == OrderState.SHIPPED and contract.tracking_reference == tracking_reference:
        return contract
    now = _move(contract, OrderState.SHIPPED)
    contract.ship_time = now
    contract.tracking_reference = tracking_reference
    contract.commit()
    return contract


def deliver_order(contract_id: str) -> Contract:
    """The goods have arrived; cash on delivery falls due. Raises ContractNotFound, WrongState."""
    contract: Contract = transaction(lambda session: _deliver(contract_id, session))
    return contract


def accept_order(contract_id: str, acceptance_document: str) -> Contract:
    """The customer has accepted, and there is a document. Raises AcceptanceDocumentMissing, WrongState."""
    with field("acceptance_document"):
        document = free_text(acceptance_document.strip(), longest=_LONGEST_REFERENCE)
    contract = load_visible(Contract, contract_id)
    if not document:
        raise AcceptanceDocumentMissing("an order is accepted with the reference of its acceptance document")
    if contract.order_state == OrderState.ACCEPTED and contract.acceptance_document == document:
        return contract
    contract.accept_time = _move(contract, OrderState.ACCEPTED)
    contract.acceptance_document = document
    contract.commit()
    return contract


def _deliver(contract_id: str, session: ClientSession) -> Contract:
    contract = load_visible(Contract, contract_id, session)
    if contract.order_state == OrderState.DELIVERED:
        return contract
    now = _move(contract, OrderState.DELIVERED)
    contract.deliver_time = now
    for row in contract.instalments:
        row.due_time = row.due_time or end_of_day(now, 0, settings().zone)
    plan_radar(contract)
    contract.commit(session=session)
    plan_satisfaction_call(contract, now, session)
    return contract


def _move(contract: Contract, target: OrderState) -> datetime:
    require_next(OrderState(contract.order_state), target)
    now = clock.now()
    contract.order_state = target.value
    contract.emit(messages.order_moved(contract, now))
    return now
