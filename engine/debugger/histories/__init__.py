"""Numbers of every iteration, in bounded memory."""
