"""Commands in, frames out: the stepper, its cursor, what a frame shows, the engine."""
