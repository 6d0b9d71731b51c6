"""Who may do what: the figures of leads, each with the list behind it."""

from chassis.access import Rule

RULES: tuple[Rule, ...] = ()
