"""What is wrong with a handwritten line: an edit of it that makes it right, said in one sentence."""
