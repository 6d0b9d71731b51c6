"""The rules of money owed: pure functions and values, standard library only."""
