"""How an order moves: scheduled, shipped, delivered, accepted; nothing is skipped."""

from enum import StrEnum

from services.billing.domain.errors import WrongState


class OrderState(StrEnum):
    """Where the order stands, in the order in which it gets there."""

    SCHEDULED = "SCHEDULED"
    SHIPPED = "SHIPPED"
    DELIVERED = "DELIVERED"
    ACCEPTED = "ACCEPTED"


_PREDECESSOR = {
    OrderState.SHIPPED: OrderState.SCHEDULED,
    OrderState.DELIVERED: OrderState.SHIPPED,
    OrderState.ACCEPTED: OrderState.DELIVERED,
}


def require_next(state: OrderState, target: OrderState) -> None:
    """Raises WrongState unless `target` comes right after `state`."""
    if _PREDECESSOR.get(target) is not state:
        raise WrongState(
            f"the order is {state.lower()}, so it cannot become {target.lower()}",
            order_state=state.value,
            target_state=target.value,
        )
