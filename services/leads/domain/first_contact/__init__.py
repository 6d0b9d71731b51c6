"""When the first contact is due, and what it leaves behind."""
