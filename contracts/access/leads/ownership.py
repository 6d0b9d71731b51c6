"""Who may do what: who owns what: policies of routing, claims, hand-overs, the responsibility log."""

from chassis.access import Rule

RULES: tuple[Rule, ...] = ()
