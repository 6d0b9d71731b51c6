"""What happens between a valid lead and the payment, and the timeline that tells it."""
