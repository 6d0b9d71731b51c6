"""Accounts, leads and who owns them."""
