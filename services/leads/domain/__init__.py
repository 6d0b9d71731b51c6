"""The rules of leads: pure functions and values, standard library only, no I/O, no clock."""
