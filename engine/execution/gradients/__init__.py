"""The reference backward, and the handwritten gradients compared with it."""
