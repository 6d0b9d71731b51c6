"""Who may do what: intake beside the single lead: forms, webhooks, files, duplicates."""

from chassis.access import Rule

RULES: tuple[Rule, ...] = ()
