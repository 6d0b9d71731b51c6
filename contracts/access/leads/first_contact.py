"""Who may do what: the time limits of the first contact, working time, and qualification."""

from chassis.access import Rule

RULES: tuple[Rule, ...] = ()
