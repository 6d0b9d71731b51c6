"""Data that all rooms agree on beside the protos: roles, access rules, the message topology. No logic."""
