"""What a handwritten line is: what it writes and reads, where it starts over, what may stand in for it."""
