"""Paths, settings, secrets and what is remembered."""
