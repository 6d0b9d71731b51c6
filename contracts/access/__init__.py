"""The access policy: one table, collected from the rules that each room keeps in its own file here.

A room adds its import and its RULES below; the rpc server refuses to start while one of its methods has no rule.
"""

from chassis.access import Table
from contracts.access import billing, leads, ops, quotes, stores

TABLE = Table((*billing.RULES, *leads.RULES, *ops.RULES, *stores.RULES, *quotes.RULES))
