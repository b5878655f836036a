"""Saving documents so that none is lost: every file is whole or absent, whenever the program ends."""
