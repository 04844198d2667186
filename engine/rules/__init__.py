"""What each gradient ought to be: the rule of every operation, in the program's own names."""
