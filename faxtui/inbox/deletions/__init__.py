"""Deleting without losing: first a copy, then time to take it back, then one request, and the truth about it."""
