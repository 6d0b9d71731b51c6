"""Who may do what: opportunities, proposals, losses, and the timeline of an account."""

from chassis.access import Rule

RULES: tuple[Rule, ...] = ()
