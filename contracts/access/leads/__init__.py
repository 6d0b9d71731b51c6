"""Who may do what with leads, by area."""

from contracts.access.leads import attention, figures, first_contact, intake, leads, ownership, pipeline, visits

RULES = (
    *leads.RULES,
    *intake.RULES,
    *ownership.RULES,
    *first_contact.RULES,
    *pipeline.RULES,
    *visits.RULES,
    *attention.RULES,
    *figures.RULES,
)
