"""Everything that billing can do; one function for each use case."""
