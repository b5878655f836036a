"""What is still right, and how a figure stands to it."""

from __future__ import annotations


def verdict(value: float, most: float) -> str:
    """For the end of a line: the bound, and whether it is met."""
    return f"<= {most:.2f} {'met' if value <= most else 'MISSED'}"
