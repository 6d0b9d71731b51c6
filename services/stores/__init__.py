"""Stores, their tills and receipts, and the figures counted from them."""
