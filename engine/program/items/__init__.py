"""What dictionaries hold, as names: how a text reads it, which gradients it pairs, what reaches all of it."""
