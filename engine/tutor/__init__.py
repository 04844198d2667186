"""What the program answers who asks: explanations, hints, lines written into the file."""
