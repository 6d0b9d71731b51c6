"""A chain of stores that sells: drives a platform through its public doors, and checks what it counted."""
