"""What the operator is looking at, with no terminal in it."""
