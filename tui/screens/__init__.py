"""Textual screens and windows: they hold panes and hand keys on."""
