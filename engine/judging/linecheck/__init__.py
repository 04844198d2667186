"""The line check: every handwritten gradient judged on its own, at random upstream gradients."""
