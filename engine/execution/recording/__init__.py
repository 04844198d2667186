"""What an iteration did, statement by statement: hooks in the code, steps, values, what was printed."""
