"""What the far end can do."""
