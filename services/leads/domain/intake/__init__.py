"""What a lead must look like, and how it is read."""
