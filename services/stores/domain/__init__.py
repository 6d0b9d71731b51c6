"""The rules of the stores: pure functions and values, no input or output, no clock."""
