"""What is said of a gradient: each line alone, what is wrong with it, the last word, the report."""
