"""The kinds of deadlines of a lead."""

WARNING = "first_contact_warning"
BREACH = "first_contact_breach"
# The second limit after the breach.
MOVE = "first_contact_move"
# A pause reaches its cap.
RESUME = "first_contact_resume"
CONFIRMATION = "routing_confirmation"
RETRY = "routing_retry"
