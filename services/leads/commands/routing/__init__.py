"""Finding the owner of a lead."""
