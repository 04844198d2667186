"""The rules of the operations, a family a file."""
