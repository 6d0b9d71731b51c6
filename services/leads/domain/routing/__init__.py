"""Who gets a lead, and why."""
