"""What can be asked about products and quotes."""
