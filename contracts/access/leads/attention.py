"""Who may do what: what needs attention: nurture, engagement, accounts at risk, voices, suggestions, assets."""

from chassis.access import Rule

RULES: tuple[Rule, ...] = ()
