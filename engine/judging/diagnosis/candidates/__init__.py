"""The search for what is wrong: every file is one kind of edit that may be the reason."""
