"""The printed form of a quote version."""
