"""The terminal: the command line and the Textual app, drawn from the engine's frames."""
