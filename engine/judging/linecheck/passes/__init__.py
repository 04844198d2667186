"""Lines run again at random upstream gradients: all at once, each alone, in moved worlds."""
