"""Claims, transfers and hand-overs of accounts."""
