"""Planted errors: an operator-based mutator for handwritten backward passes."""
