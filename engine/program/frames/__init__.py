"""Calls of the program's own functions, taken as the statements that they run."""
