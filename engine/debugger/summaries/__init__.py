"""Tensors in a few numbers: the small ones at once, the large ones between keys."""
