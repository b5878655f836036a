"""faxtui: a terminal console for faxes received on the Odyssey platform."""

__version__ = "0.1.0"
