"""What notify can do; one file for each use case."""
