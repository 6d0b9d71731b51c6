"""What notify can answer; pages, newest first."""
