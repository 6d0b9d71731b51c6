"""Taking in leads."""
