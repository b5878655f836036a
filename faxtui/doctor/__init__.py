"""Checks of `faxtui doctor`: everything between this terminal and the list of faxes, with advice."""
