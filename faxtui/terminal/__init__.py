"""The terminal and the desktop: what they can do, and the drivers for them."""
