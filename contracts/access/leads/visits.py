"""Who may do what: work at the customer's: visit notes, photos, routes, stock, and the focus of a day."""

from chassis.access import Rule

RULES: tuple[Rule, ...] = ()
