"""From a valid lead to the payment: stages, gates, evidence, what a fall of the win rate consists of."""
