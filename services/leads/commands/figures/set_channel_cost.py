"""Say what a channel cost."""

from services.leads.documents.channel_cost import ChannelCost, channel_cost_id
from services.leads.domain.figures.channel_cost import check_channel_cost


def set_channel_cost(channel: str, month: str, *, currency: str, amount_minor: int, why: str) -> ChannelCost:
    """The channel's cost of the month ("2026-11") in minor units from now on. Repeating it changes nothing.

    Raises FieldProblem.
    """
    check_channel_cost(channel, month, currency, amount_minor, why)
    cost_id = channel_cost_id(channel, month)
    cost = ChannelCost.find(cost_id) or ChannelCost(id=cost_id, channel=channel, month=month)
    cost.amount_minor = amount_minor
    cost.commit(why=why)
    return cost
