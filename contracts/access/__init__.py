"""The access policy: one table, collected from the rules that each room keeps in its own file here.

A room adds its import and its RULES below; the rpc server refuses to start while one of its methods has no rule.
"""

from chassis.access import Table
from contracts.access import billing, gateway, leads, notify, ops, quotes, stores

TABLE = Table((*billing.RULES, *gateway.RULES, *leads.RULES, *notify.RULES, *ops.RULES, *stores.RULES, *quotes.RULES))
