"""What is told to the figures: everything else they compute from what is there."""
