"""What the stores service can do: one function for each use case."""
