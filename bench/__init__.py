"""Measured runs; each prints one JSON line last. Never a test: machines are noisy, so ratios inside one run count."""
