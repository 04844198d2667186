"""An iteration again, in a copy of what it began with."""
