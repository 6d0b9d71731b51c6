"""What happens between the assignment and the first contact."""
