"""The text of a program: cells, sections, statements, names, pairing. Knows no torch."""
