"""Whose faxes to look at."""

from __future__ import annotations

from faxtui.config.settings import Settings
from faxtui.ui.marks import Marks
from faxtui.ui.screens.menu import Choice, Menu

DEMO, ANOTHER = "", "\n"
"""What is no profile's name: the sample faxes, and an account that is not there yet."""


def accounts_menu(marks: Marks, settings: Settings, current: str) -> Menu[str]:
    """The profiles of the configuration, the sample faxes, and a way to connect another account."""
    profiles = [Choice(name, name, is_current=name == current) for name in settings.profile_names]
    others = [
        Choice(DEMO, "sample faxes", "the built-in service", is_current=current == DEMO),
        Choice(ANOTHER, "another account …", "connect, and save it if you like"),
    ]
    return Menu(marks, "Accounts", [*profiles, *others])
