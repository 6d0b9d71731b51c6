"""The printed form of a proposal."""
