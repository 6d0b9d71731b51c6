"""What can be done with products and quotes: one function for each use case."""
