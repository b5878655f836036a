"""What to copy to the terminal's clipboard."""

from __future__ import annotations

from faxtui.domain.fax import Fax
from faxtui.domain.text import visible
from faxtui.ui.marks import Marks
from faxtui.ui.screens.menu import Choice, Menu


def copy_menu(marks: Marks, fax: Fax, command: str) -> Menu[str]:
    """What the fax has of these, and the command that lists this view."""
    values = (
        ("From", fax.sender),
        ("To", fax.recipient),
        ("File", fax.file_name),
        ("Message", fax.message_id),
        ("Command", command),
    )
    shown = [(label, visible(value)) for label, value in values if value]
    return Menu(marks, "Copy", [Choice(value, label, value) for label, value in shown])
