"""What is in view, but for the inspector: from the scene to a frame."""
