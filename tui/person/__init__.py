"""What belongs to the person at the terminal, whatever the program: preferences and keys."""
