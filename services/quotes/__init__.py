"""Products, prices, quotes, approvals, signature."""
