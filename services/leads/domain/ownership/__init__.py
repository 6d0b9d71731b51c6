"""Who owns what, since when, decided by whom."""
