"""Faxes, queries, windows, pages and periods: frozen values, no input or output."""
