"""backprop-tui: step a handwritten training program and judge its gradients."""

__version__ = "0.1.0"
