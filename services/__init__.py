"""The five services; independent of each other."""
