"""Contracts, orders, invoices, payments, receivables, customer success."""
