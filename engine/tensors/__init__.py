"""Facts about tensors: aliasing, random state, the autograd graph, comparison. Knows no program."""
