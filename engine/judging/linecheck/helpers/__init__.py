"""Helper variables, which no name pairs: recognised by what they hold, and accused where it is nothing."""
